using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Graphs;

public sealed partial class Tensor
{
    /// <summary>xʸ element by element, with broadcasting.</summary>
    /// <remarks>NaN where x is negative and y is no integer; x⁰ is 1. No gradient flows to y where x is 0.</remarks>
    public Tensor Power(Tensor exponent) => Graph.Add(new PowerOperation(), this, exponent);

    /// <summary>x to a fixed power; whole powers from −64 to 64 by repeated multiplication.</summary>
    public Tensor Power(float exponent) =>
        exponent == 1 ? this : Graph.Add(new FixedPowerOperation(exponent), this);
}

/// <summary>z = xʸ: dz/dx = y·x^(y−1), dz/dy = z·log x.</summary>
public sealed class PowerOperation() : BinaryOperation<PowerOperation.Operator>("power")
{
    protected override (Tensor? ToX, Tensor? ToY) InputGradients(Tensor x, Tensor y, Tensor z, Tensor upstream)
    {
        var (zero, one) = (upstream.Graph.Constant(0), upstream.Graph.Constant(1));
        var slope = y * y.EqualTo(zero).Select(one, x).Power(y - 1);
        var logarithm = x.EqualTo(zero).Select(one, x).Log();
        return (upstream * slope, upstream * z * logarithm);
    }

    public readonly struct Operator : IBinaryOperator
    {
        public T Apply<TMath, T>(T x, T y)
            where TMath : struct, IArithmetic<T>
            where T : struct => TMath.Power(x, y);
    }
}

/// <summary>y = xᶜ: dy/dx = c·x^(c−1), and 0 for c = 0.</summary>
public sealed class FixedPowerOperation(float exponent)
    : UnaryOperation<FixedPowerOperation.Operator>("power", new Operator(exponent))
{
    private const int WholeMax = 64;

    protected override Tensor InputGradient(Tensor x, Tensor y, Tensor upstream) =>
        exponent == 0 ? 0 * upstream : upstream * (exponent * x.Power(exponent - 1));

    public readonly struct Operator(float exponent) : IUnaryOperator
    {
        public T Apply<TMath, T>(T x)
            where TMath : struct, IArithmetic<T>
            where T : struct
        {
            var magnitude = float.Abs(exponent);
            if (magnitude > WholeMax || magnitude != (int)magnitude)
            {
                return TMath.Power(x, TMath.Constant(exponent));
            }

            // By the exponent's bits, lowest first: x, x², x⁴, … are multiplied in where a bit is set.
            var (power, square) = (TMath.Constant(1), x);
            for (var rest = (int)magnitude; rest > 0; rest >>= 1)
            {
                power = (rest & 1) == 0 ? power : TMath.Multiply(power, square);
                square = TMath.Multiply(square, square);
            }

            return exponent < 0 ? TMath.Divide(TMath.Constant(1), power) : power;
        }
    }
}
