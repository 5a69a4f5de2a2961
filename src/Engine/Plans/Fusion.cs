using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;

namespace Distributed.Engine.Plans;

/// <summary>One tensor to compute: by its own operation, or by one that covers several tensors.</summary>
/// <param name="Layer">The layer it is named for in messages; the product's, where a product is covered.</param>
internal readonly record struct Step(
    Tensor Result, Operation Operation, IReadOnlyList<Tensor> Inputs, string Layer);

/// <summary>
/// Joins a matrix product or a convolution with the bias and the activation behind it, and the gradient of
/// a convolution or a max-pool with that of the activation before it, where nothing else reads what lies between; and
/// lets an operation that repeats small inputs itself read what was to be expanded for it.
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
            if (covered.Contains(tensor) || IsIdle(tensor, uses))
            {
                continue;
            }

            var step = Fuse(tensor, covered, inner => uses[inner] == 1);
            steps.Add(step ?? new Step(tensor, tensor.Operation, Unexpanded(tensor, uses), tensor.Layer));
        }

        steps.Reverse();
        return steps;
    }

    /// <summary>
    /// The inputs, or what they repeat where the operation repeats it alike; counts who reads what then.
    /// </summary>
    private static IReadOnlyList<Tensor> Unexpanded(Tensor tensor, Dictionary<Tensor, int> uses)
    {
        if (!tensor.Operation.Broadcasts)
        {
            return tensor.Inputs;
        }

        var small = tensor.Inputs
            .Select(input => input.Operation is ExpandOperation ? input.Inputs[0] : input).ToArray();
        if (!tensor.Operation.Infer([.. small.Select(input => input.Shape)]).Equals(tensor.Shape))
        {
            return tensor.Inputs;
        }

        for (var i = 0; i < small.Length; i++)
        {
            uses[tensor.Inputs[i]]--;
            uses[small[i]]++;
        }

        return small;
    }

    /// <summary>Whether nobody reads it any more; then it reads nothing either.</summary>
    private static bool IsIdle(Tensor tensor, Dictionary<Tensor, int> uses)
    {
        if (tensor.Operation is not ExpandOperation || uses[tensor] > 0)
        {
            return false;
        }

        uses[tensor.Inputs[0]]--;
        return true;
    }

    private static Step? Fuse(Tensor tensor, HashSet<Tensor> covered, Predicate<Tensor> usedOnce) =>
        FuseOntoProduct(tensor, covered, usedOnce) ?? FuseOntoGradient(tensor, covered, usedOnce);

    private static Step? FuseOntoProduct(Tensor tensor, HashSet<Tensor> covered, Predicate<Tensor> usedOnce)
    {
        var activated = tensor.Inputs.Count == 1 ? Viewed(tensor.Inputs[0], usedOnce) : null;
        foreach (var (top, activation) in new[] { (activated, tensor.Operation), (tensor, null) })
        {
            var (product, bias) = ProductBelow(top, usedOnce);
            if (product is null || (activation is null && bias is null))
            {
                continue;
            }

            var multiply = (IActivatedProduct)product.Operation;
            var fused = activation is null
                ? multiply.Activated(biased: true, "", default(Identity))
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

    private static Step? FuseOntoGradient(Tensor tensor, HashSet<Tensor> covered, Predicate<Tensor> usedOnce)
    {
        if (tensor.Inputs is not [{ Operation: IContinuedGradient continued } gradient, var other]
            || !usedOnce(gradient) || !other.Shape.Equals(gradient.Shape)
            || tensor.Operation.FuseOnto(continued) is not { } fused)
        {
            return null;
        }

        covered.Add(gradient);
        return new Step(tensor, fused, [.. gradient.Inputs, other], gradient.Layer);
    }

    /// <summary>The product and the bias that a tensor is made of: product + bias, or the product alone.</summary>
    private static (Tensor? Product, Tensor? Bias) ProductBelow(Tensor? top, Predicate<Tensor> usedOnce)
    {
        if (top?.Operation is IActivatedProduct)
        {
            return (top, null);
        }

        if (top?.Operation is AddOperation && Viewed(top.Inputs[0], usedOnce) is { } below
            && below.Operation is IActivatedProduct product
            && product.IsBias(below.Shape, top.Inputs[0].Shape, top.Inputs[1].Shape))
        {
            return (below, top.Inputs[1]);
        }

        return (null, null);
    }

    /// <summary>What a tensor shows in another shape, or itself; null where anything else reads what lies between.
    /// </summary>
    private static Tensor? Viewed(Tensor tensor, Predicate<Tensor> usedOnce) =>
        !usedOnce(tensor) ? null
        : tensor.Operation is ReshapeOperation ? Viewed(tensor.Inputs[0], usedOnce)
        : tensor;
}
