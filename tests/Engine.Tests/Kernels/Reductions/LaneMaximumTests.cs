using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;

namespace Distributed.Engine.Tests.Kernels.Reductions;

public sealed unsafe class LaneMaximumTests
{
    [Fact]
    public void Maximum_EqualsTheDefinition_OnEveryPath()
    {
        foreach (var length in EveryPath.Lengths)
        {
            for (var variant = 0; variant < 4; variant++)
            {
                var x = new GuardedFloats(Values(length, variant), (length + variant) % 5);
                var expected = Run(KernelPath.Definition, x);
                foreach (var path in EveryPath.Wide)
                {
                    Bits.AssertEqual(expected, Run(path, x), $"{path}, length {length}, variant {variant}");
                }
            }
        }
    }

    [Fact]
    public void Maximum_IsTheGreatest_WhereverItStands()
    {
        for (var length = 1; length <= 40; length++)
        {
            for (var at = 0; at < length; at++)
            {
                var values = SampleFloats.Ordinary(length, at);
                values[at] = 100;
                CheckEveryPath(values, 100);
                values[at] = float.NaN;
                CheckEveryPath(values, float.NaN);
            }
        }
    }

    [Fact]
    public void Maximum_HasAMeaning_AtTheEdges()
    {
        CheckEveryPath([], float.NegativeInfinity);
        CheckEveryPath([float.NegativeInfinity, float.NegativeInfinity], float.NegativeInfinity);
        CheckEveryPath(Enumerable.Repeat(-0f, 20).ToArray(), -0f);
        for (var at = 0; at < 20; at++)
        {
            var zeros = Enumerable.Repeat(-0f, 20).ToArray();
            zeros[at] = 0f;
            CheckEveryPath(zeros, 0f);
        }
    }

    private static float[] Values(int length, int variant) => variant switch
    {
        0 => SampleFloats.Ordinary(length, length),
        1 => SampleFloats.WithSpecials(length, length),
        2 => Array.ConvertAll(SampleFloats.WithSpecials(length, length), v => float.IsNaN(v) ? -0f : -Math.Abs(v)),
        _ => Array.ConvertAll(SampleFloats.Ordinary(length, length), v => v < 0 ? -0f : 0f),
    };

    private static void CheckEveryPath(float[] values, float expected)
    {
        foreach (var path in KernelPaths.All)
        {
            Bits.AssertEqual(expected, Run(path, new GuardedFloats(values, 1)), $"{path}, length {values.Length}");
        }
    }

    private static float Run(KernelPath path, GuardedFloats x)
    {
        var call = new Call(x);
        EveryPath.Run(path, call);
        return call.Result;
    }

    private sealed class Call(GuardedFloats x) : IPathCall
    {
        internal float Result { get; private set; }

        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct =>
            Result = LaneMaximum.Run<TLanes, TVector>(x.Pointer, x.Length);
    }
}
