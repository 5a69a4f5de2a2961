using Distributed.Engine.Graphs;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>The buffers that a loaded plan's operands lie in.</summary>
internal sealed unsafe class CpuMemory
{
    private readonly AlignedBuffer _inputs;
    private readonly AlignedBuffer _constants;
    private readonly AlignedBuffer _arena;
    private readonly AlignedBuffer _parameters;
    private readonly AlignedBuffer _shared;
    private AlignedBuffer _workspace = new(0);
    private AlignedBuffer _kept = new(0);

    internal CpuMemory(Plan plan, AlignedBuffer parameters, PartialSums partials, AlignedBuffer shared)
    {
        (_parameters, _shared) = (parameters, shared);
        Partials = partials;
        _inputs = new AlignedBuffer(plan.InputLength);
        _constants = new AlignedBuffer(plan.ConstantLength);
        _arena = new AlignedBuffer(plan.ArenaLength);
        foreach (var (constant, place) in plan.Constants)
        {
            constant.Values.CopyTo(_constants.Span.Slice(place.Offset, constant.Values.Length));
        }
    }

    internal PartialSums Partials { get; }

    /// <summary>Index in the mini-batch of a run's first sample: where its shared values begin.</summary>
    internal int FirstSample { get; set; }

    /// <summary>The piece of the partial sums that a run writes first.</summary>
    internal int FirstPiece { get; set; }

    /// <summary>Scratch that kernels share, one after the other.</summary>
    internal float* Workspace => _workspace.Pointer;

    /// <summary>What the kernels of a loop keep while they take turns.</summary>
    internal float* Kept => _kept.Pointer;

    internal void Reserve(int workspaceFloats, int keptFloats) =>
        (_workspace, _kept) = (new AlignedBuffer(workspaceFloats), new AlignedBuffer(keptFloats));

    /// <summary>Where a run finds an operand's first value; for partial sums in the first piece it writes.</summary>
    internal float* At(Operand operand) => operand.Storage == Storage.Shared
        ? OfBatch(operand) + ((nint)FirstSample * operand.Shape.SampleLength)
        : OfBatch(operand);

    /// <summary>The same, of a shared one for the mini-batch's first sample.</summary>
    internal float* OfBatch(Operand operand) => operand.Offset + operand.Storage switch
    {
        Storage.Input => _inputs.Pointer,
        Storage.Parameter => _parameters.Pointer,
        Storage.Constant => _constants.Pointer,
        Storage.Arena or Storage.Turn => _arena.Pointer,
        Storage.Shared => _shared.Pointer,
        Storage.Partial => Partials.Pointer + Partials.StartOf(FirstPiece),
        _ => throw new InvalidOperationException($"memory: unknown storage {operand.Storage}"),
    };
}
