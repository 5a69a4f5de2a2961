using Distributed.Engine.Errors;

namespace Distributed.Engine.Graphs;

/// <summary>
/// Derivatives by name. Each adds tensors to the graph, so that a derivative can be run, read and differentiated again.
/// </summary>
/// <remarks>
/// y and x may be any tensors of one graph: inputs, parameters, constants or results. With a batch, y's samples are
/// taken to depend on their own samples of x only, as layers keep it.
/// </remarks>
public static class Differentiation
{
    /// <summary>The gradient of one number to a tensor.</summary>
    /// <remarks>Shapes: of is []; the result has to's shape. Errors: ShapeException when of is not [].</remarks>
    public static Tensor Gradient(this Tensor of, Tensor to) => of.Graph.Gradients(of, [to])[0];

    /// <summary>vᵀ·J for the Jacobian J = dy/dx: one pass backward, whatever the sizes.</summary>
    /// <remarks>
    /// Shapes: vector has y's shape or broadcasts to it; the result has x's. Errors: ShapeException for another vector.
    /// </remarks>
    public static Tensor VectorJacobian(this Tensor y, Tensor x, Tensor vector)
    {
        var sum = (y * Fitting("vector-jacobian", vector, y)).Sum();
        return (sum.Shape.Batched ? sum.BatchSum() : sum).Gradient(x);
    }

    /// <summary>J·v for the Jacobian J = dy/dx: how y changes when x moves along v.</summary>
    /// <remarks>
    /// Shapes: vector has x's shape or broadcasts to it; the result has y's. uᵀ·J is linear in u, so its derivative to
    /// u along v is J·v, whatever u is: the rule backward, used twice, gives the rule forward.
    /// Errors: ShapeException for another vector.
    /// </remarks>
    public static Tensor JacobianVector(this Tensor y, Tensor x, Tensor vector)
    {
        var direction = Fitting("jacobian-vector", vector, x);
        var u = y.Graph.Constant(0).Expand(y.Shape);
        return VectorJacobian(VectorJacobian(y, x, u), u, direction);
    }

    /// <summary>dy/dx in full: one pass backward for each value of y.</summary>
    /// <remarks>
    /// Shapes: y's dimensions, then x's; per sample where both have a batch.
    /// Errors: ShapeException when only y has a batch: sum y over the batch first.
    /// </remarks>
    public static Tensor Jacobian(this Tensor y, Tensor x)
    {
        if (y.Shape.Batched && !x.Shape.Batched)
        {
            Throw.Shape("jacobian", "x", x.Shape, $"a batch as y {y.Shape} has; or sum y over its batch first");
        }

        var rows = new Tensor[y.Shape.SampleLength];
        for (var i = 0; i < rows.Length; i++)
        {
            var unit = new float[rows.Length];
            unit[i] = 1;
            rows[i] = y.VectorJacobian(x, y.Graph.Constant(unit, [.. y.Shape.Dimensions]))
                .Reshape(1, x.Shape.SampleLength);
        }

        return rows[0].Concatenate(0, rows.AsSpan(1)).Reshape([.. y.Shape.Dimensions, .. x.Shape.Dimensions]);
    }

    /// <summary>∇f·v: how fast f changes per unit of length along a direction of length 1.</summary>
    /// <remarks>
    /// Shapes: of is [], direction has x's shape or broadcasts to it, and is taken as it is, of whatever length.
    /// Errors: ShapeException for other shapes.
    /// </remarks>
    public static Tensor DirectionalDerivative(this Tensor of, Tensor x, Tensor direction)
    {
        var sum = (of.Gradient(x) * Fitting("directional derivative", direction, x)).Sum();
        return sum.Shape.Batched ? sum.BatchSum() : sum;
    }

    /// <summary>d²f/dx²: the Jacobian of the gradient.</summary>
    /// <remarks>Shapes: of is []; the result has x's dimensions twice. Errors: ShapeException for another of.</remarks>
    public static Tensor Hessian(this Tensor of, Tensor x) => of.Gradient(x).Jacobian(x);

    private static Tensor Fitting(string operation, Tensor vector, Tensor to) =>
        to.Shape.Equals(TensorShape.Broadcast(vector.Shape, to.Shape))
            ? vector.Expand(to.Shape)
            : throw new ShapeException(
                $"{operation}: the vector has shape {vector.Shape}: needs that of {to.Operation.Name}, {to.Shape}");
}
