using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

/// <summary>Reverse-mode differentiation: a graph's gradients as more of the same graph.</summary>
/// <remarks>
/// Tensors are visited from the last to the first, so every gradient is complete before it is passed on; where a
/// tensor is used several times its gradients are added in that order. Because the result is a graph, it can be
/// differentiated again.
/// </remarks>
internal static class ReverseMode
{
    internal static IReadOnlyList<Tensor> Gradients(Graph graph, Tensor of, IReadOnlyList<Tensor> withRespectTo)
    {
        if (!of.Shape.Equals(TensorShape.Scalar))
        {
            Throw.NotScalar(of.Shape);
        }

        var needed = Influenced(graph, of.Id, withRespectTo);
        var gradients = new Tensor?[of.Id + 1];
        gradients[of.Id] = graph.Constant(1);
        for (var id = of.Id; id >= 0; id--)
        {
            if (gradients[id] is { } upstream && needed[id])
            {
                Propagate(graph.Tensors[id], upstream, needed, gradients);
            }
        }

        return [.. withRespectTo.Select(tensor =>
            (tensor.Id <= of.Id ? gradients[tensor.Id] : null) ?? graph.Constant(0).Expand(tensor.Shape))];
    }

    /// <summary>Which tensors depend on one of those asked for: the others need no gradient.</summary>
    private static bool[] Influenced(Graph graph, int last, IReadOnlyList<Tensor> sources)
    {
        var influenced = new bool[last + 1];
        foreach (var source in sources.Where(source => source.Id <= last))
        {
            influenced[source.Id] = true;
        }

        for (var id = 0; id <= last; id++)
        {
            influenced[id] |= graph.Tensors[id].Inputs.Any(input => influenced[input.Id]);
        }

        return influenced;
    }

    private static void Propagate(Tensor tensor, Tensor upstream, bool[] needed, Tensor?[] gradients)
    {
        if (tensor.Inputs.Count == 0)
        {
            return;
        }

        using var scope = tensor.Graph.LayerNamed(tensor.Layer);
        var toInputs = tensor.Operation.Gradient(tensor, upstream);
        for (var i = 0; i < toInputs.Length; i++)
        {
            var id = tensor.Inputs[i].Id;
            if (toInputs[i] is { } gradient && needed[id])
            {
                gradients[id] = gradients[id] is { } sum ? sum + gradient : gradient;
            }
        }
    }
}
