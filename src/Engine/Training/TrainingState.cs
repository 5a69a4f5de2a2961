using Distributed.Engine.Memory;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Plans;

namespace Distributed.Engine.Training;

/// <summary>All that training changes: the parameters and the optimizer's state, each one flat buffer.</summary>
/// <remarks>Shapes: every buffer is [Layout.Length], parameters in the layout's order.</remarks>
public sealed class TrainingState
{
    public TrainingState(ParameterLayout layout, Optimizer optimizer)
    {
        Layout = layout;
        Optimizer = optimizer;
        Parameters = new AlignedBuffer(layout.Length);
        Slots = [.. optimizer.Slots.Select(_ => new AlignedBuffer(layout.Length))];
    }

    public ParameterLayout Layout { get; }

    public Optimizer Optimizer { get; }

    public AlignedBuffer Parameters { get; }

    /// <summary>The optimizer's state, in the order of its slot names.</summary>
    public IReadOnlyList<AlignedBuffer> Slots { get; }

    public StateBuffers Buffers => new(Parameters, Slots);

    /// <summary>
    /// The SHA-256 of all parameters and all optimizer state, as little-endian floats, in hexadecimal.
    /// </summary>
    public string Fingerprint() => Checkpoints.Fingerprint.Compute(Parameters.Span, [.. Slots]);

    /// <summary>
    /// Puts the best parameters where the last ones are, and the last ones in their slot; a second call undoes it.
    /// </summary>
    /// <remarks>Errors: InvalidOperationException for a state that keeps no best parameters.</remarks>
    public void SwapBest()
    {
        if (!Optimizer.KeepsBest)
        {
            throw new InvalidOperationException("the job keeps no best parameters");
        }

        var best = Slots[^1].Span.ToArray();
        Parameters.Span.CopyTo(Slots[^1].Span);
        best.CopyTo(Parameters.Span);
    }

    /// <summary>The name of the first parameter that holds a NaN or an infinity; null when all are finite.</summary>
    public string? FirstNonFinite() =>
        Layout.Slots.FirstOrDefault(slot => !Finite.All(Parameters.Span.Slice(slot.Offset, slot.Length)))?.Name;
}
