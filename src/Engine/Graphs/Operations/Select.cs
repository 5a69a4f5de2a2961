using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>then where this is not 0, otherwise elsewhere; all three broadcast. NaN counts as not 0.</summary>
    /// <remarks>
    /// What is not chosen does not matter, not even where it is NaN or infinite. A chosen −0 comes out as +0.
    /// </remarks>
    public Tensor Select(Tensor then, Tensor otherwise) =>
        Graph.Add(new SelectOperation(wanted: true), then, this)
        + Graph.Add(new SelectOperation(wanted: false), otherwise, this);
}

/// <summary>x where the condition y is what is wanted, else 0: linear in x, and flat in y.</summary>
public sealed class SelectOperation(bool wanted)
    : BinaryOperation<SelectOperation.Operator>("select", new Operator(wanted))
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream) =>
        (upstream.Graph.Add(new SelectOperation(wanted), upstream, y), null);

    public readonly struct Operator(bool wanted) : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var zero = TMath.Constant(0);
            return wanted ? TMath.WhereEqual(y, zero, zero, x) : TMath.WhereEqual(y, zero, x, zero);
        }
    }
}
