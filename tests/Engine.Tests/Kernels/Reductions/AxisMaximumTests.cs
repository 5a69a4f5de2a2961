using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;

namespace Distributed.Engine.Tests.Kernels.Reductions;

public sealed unsafe class AxisMaximumTests
{
    [Fact]
    public void Maximum_EqualsTheDefinition_OnEveryPath()
    {
        foreach (var inner in EveryPath.Lengths)
        {
            foreach (var (outer, axis) in new[] { (1, 0), (1, 1), (2, 3), (3, 17), (0, 4) })
            {
                var x = SampleFloats.WithSpecials(outer * axis * inner, inner);
                var expected = Oracle(x, outer, axis, inner);
                foreach (var path in KernelPaths.All)
                {
                    foreach (var offset in EveryPath.Offsets)
                    {
                        var output = new GuardedFloats(outer * inner, offset);
                        EveryPath.Run(path, new Call(new GuardedFloats(x, offset / 2), output, outer, axis, inner));
                        var context = $"{path}, [{outer}, {axis}, {inner}], offset {offset}";
                        Bits.AssertEqual(expected, output.Span, context);
                        output.AssertGuardsIntact(context);
                    }
                }
            }
        }
    }

    private static float[] Oracle(float[] x, int outer, int axis, int inner)
    {
        var y = new float[outer * inner];
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = float.NegativeInfinity;
            for (var a = 0; a < axis; a++)
            {
                y[i] = MathF.Max(y[i], x[(((i / inner * axis) + a) * inner) + (i % inner)]);
            }
        }

        return y;
    }

    private sealed record Call(GuardedFloats X, GuardedFloats Y, int Outer, int Axis, int Inner) : IPathCall
    {
        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct =>
            AxisMaximum.Run<TLanes, TVector>(X.Pointer, Y.Pointer, Outer, Axis, Inner);
    }
}
