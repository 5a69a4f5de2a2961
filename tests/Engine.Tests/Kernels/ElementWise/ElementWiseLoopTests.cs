using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Tests.Kernels.ElementWise;

/// <summary>Every width equals one scalar application per element, at every length, offset and in place.</summary>
public sealed unsafe class ElementWiseLoopTests
{
    [Fact]
    public void Unary_EqualsTheOperator_OnEveryPath()
    {
        SweepUnary(default(SquarePlusOne));
        SweepUnary(default(TanhProbe));
    }

    [Fact]
    public void Binary_EqualsTheOperator_OnEveryPath()
    {
        foreach (var length in EveryPath.Lengths)
        {
            var x = SampleFloats.WithSpecials(length, length);
            var y = SampleFloats.WithSpecials(length, length + 1000);
            var expected = new float[length];
            for (var i = 0; i < length; i++)
            {
                expected[i] = default(TwiceLeftMinusRight).Apply<ScalarLanes, float>(x[i], y[i]);
            }

            foreach (var path in EveryPath.Wide)
            {
                foreach (var offset in EveryPath.Offsets)
                {
                    foreach (var place in Enum.GetValues<Place>())
                    {
                        var context = $"{path}, length {length}, offset {offset}, {place}";
                        var left = new GuardedFloats(x, offset);
                        var right = new GuardedFloats(y, offset / 2);
                        var output = place switch
                        {
                            Place.OnLeft => left,
                            Place.OnRight => right,
                            _ => new GuardedFloats(length, offset / 3),
                        };
                        EveryPath.Run(path, new BinaryCall<TwiceLeftMinusRight>(default, left, right, output));
                        Bits.AssertEqual(expected, output.Span, context);
                        output.AssertGuardsIntact(context);
                    }
                }
            }
        }
    }

    private static void SweepUnary<TOperator>(TOperator op)
        where TOperator : struct, IUnaryOperator
    {
        foreach (var length in EveryPath.Lengths)
        {
            var x = SampleFloats.WithSpecials(length, length);
            var expected = Array.ConvertAll(x, op.Apply<ScalarLanes, float>);
            foreach (var path in EveryPath.Wide)
            {
                foreach (var offset in EveryPath.Offsets)
                {
                    var context = $"{typeof(TOperator).Name}, {path}, length {length}, offset {offset}";
                    var input = new GuardedFloats(x, offset);
                    var output = new GuardedFloats(length, offset / 2);
                    EveryPath.Run(path, new UnaryCall<TOperator>(op, input, output));
                    Bits.AssertEqual(expected, output.Span, context);
                    output.AssertGuardsIntact(context);

                    EveryPath.Run(path, new UnaryCall<TOperator>(op, input, input));
                    Bits.AssertEqual(expected, input.Span, context + ", in place");
                    input.AssertGuardsIntact(context + ", in place");
                }
            }
        }
    }

    private enum Place
    {
        Apart,
        OnLeft,
        OnRight,
    }

    private sealed record UnaryCall<TOperator>(TOperator Op, GuardedFloats X, GuardedFloats Y) : IPathCall
        where TOperator : struct, IUnaryOperator
    {
        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct =>
            ElementWiseLoop.Unary<TLanes, TVector, TOperator>(Op, X.Pointer, Y.Pointer, X.Length);
    }

    private sealed record BinaryCall<TOperator>(TOperator Op, GuardedFloats X, GuardedFloats Y, GuardedFloats Z)
        : IPathCall
        where TOperator : struct, IBinaryOperator
    {
        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct =>
            ElementWiseLoop.Binary<TLanes, TVector, TOperator>(Op, X.Pointer, Y.Pointer, Z.Pointer, X.Length);
    }
}
