using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;

namespace Distributed.Engine.Plans;

/// <summary>One tensor to compute: by its own operation, or by one that covers several tensors.</summary>
/// <param name="Layer">The layer it is named for in messages; the product's, where a product is covered.</param>
internal readonly record struct Step(
    Tensor Result, Operation Operation, IReadOnlyList<Tensor> Inputs, string Layer);

/// <summary>
/// Joins a matrix product with the bias and the activation behind it, where nothing else reads what lies between.
/// </summary>
/// <remarks>The rounding of each part stays, so a fused plan gives the bits of an unfused one.</remarks>
internal static class Fusion
{
    /// <summary>The steps for these tensors, inputs before results.</summary>
    internal static IReadOnlyList<Step> Apply(IReadOnlyList<Tensor> tensors, IReadOnlyCollection<Tensor> outputs)
    {
        var uses = outputs.Concat(tensors.SelectMany(tensor => tensor.Inputs))
            .GroupBy(tensor => tensor)
            .ToDictionary(group => group.Key, group => group.Count());
        var covered = new HashSet<Tensor>();
        var steps = new List<Step>();
        foreach (var tensor in tensors.Reverse())
        {
            if (covered.Contains(tensor))
            {
                continue;
            }

            var step = Fuse(tensor, covered, inner => uses[inner] == 1);
            steps.Add(step ?? new Step(tensor, tensor.Operation, tensor.Inputs, tensor.Layer));
        }

        steps.Reverse();
        return steps;
    }

    private static Step? Fuse(Tensor tensor, HashSet<Tensor> covered, Func<Tensor, bool> usedOnce)
    {
        var activated = tensor.Inputs.Count == 1 && usedOnce(tensor.Inputs[0]) ? tensor.Inputs[0] : null;
        foreach (var (top, activation) in new[] { (activated, tensor.Operation), (tensor, null) })
        {
            var (product, bias) = ProductBelow(top, usedOnce);
            if (product is null || (activation is null && bias is null))
            {
                continue;
            }

            var multiply = (MatMulOperation)product.Operation;
            var fused = activation is null
                ? new LinearOperation<Identity>(multiply, biased: true, "", default)
                : activation.FuseOnto(multiply, bias is not null);
            if (fused is not null)
            {
                covered.Add(product);
                covered.Add(top!);
                IReadOnlyList<Tensor> inputs = bias is null ? product.Inputs : [.. product.Inputs, bias];
                return new Step(tensor, fused, inputs, product.Layer);
            }
        }

        return null;
    }

    /// <summary>The matrix product and the bias that a tensor is made of: x·W + b, or x·W alone.</summary>
    private static (Tensor? Product, Tensor? Bias) ProductBelow(Tensor? top, Func<Tensor, bool> usedOnce)
    {
        if (top?.Operation is MatMulOperation)
        {
            return (top, null);
        }

        if (top?.Operation is AddOperation && top.Inputs[0].Operation is MatMulOperation && usedOnce(top.Inputs[0]))
        {
            var (product, bias) = (top.Inputs[0], top.Inputs[1]);
            var isRow = !bias.Shape.Batched && bias.Shape.Rank == 1 && product.Shape.Rank > 0
                && bias.Shape.Dimensions[0] == product.Shape.Dimensions[^1];
            return isRow ? (product, bias) : (null, null);
        }

        return (null, null);
    }
}
