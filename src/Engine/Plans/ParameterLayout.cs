using Distributed.Engine.Graphs;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Plans;

/// <summary>Where each parameter lies in the one flat buffer: in the order of declaration, without gaps.</summary>
public sealed class ParameterLayout
{
    private readonly Dictionary<Tensor, ParameterSlot> _slots = [];

    public ParameterLayout(Graph graph)
    {
        var offset = 0;
        foreach (var parameter in graph.Parameters)
        {
            var operation = (ParameterOperation)parameter.Operation;
            var slot = new ParameterSlot(operation.Name, parameter.Shape, offset, operation);
            _slots.Add(parameter, slot);
            offset = checked(offset + slot.Length);
        }

        Slots = [.. graph.Parameters.Select(parameter => _slots[parameter])];
        Length = offset;
    }

    public IReadOnlyList<ParameterSlot> Slots { get; }

    /// <summary>Floats in all.</summary>
    public int Length { get; }

    public ParameterSlot SlotOf(Tensor parameter) => _slots[parameter];

    /// <summary>
    /// Writes every parameter's starting value, a function of the seed and the parameter's place alone.
    /// </summary>
    public void Initialise(ulong seed, AlignedBuffer parameters)
    {
        foreach (var slot in Slots)
        {
            var values = parameters.Span.Slice(slot.Offset, slot.Length);
            slot.Operation.Initializer.Fill(seed, slot.Shape, slot.Offset, values);
        }
    }
}

/// <summary>One parameter's place. Units: Offset and Length count floats.</summary>
public sealed record ParameterSlot(string Name, TensorShape Shape, int Offset, ParameterOperation Operation)
{
    public int Length => Shape.SampleLength;

    /// <summary>True where it follows what is observed and not the loss; see <see cref="Graph.Statistic"/>.</summary>
    public bool IsStatistic => Operation.Share is not null;
}
