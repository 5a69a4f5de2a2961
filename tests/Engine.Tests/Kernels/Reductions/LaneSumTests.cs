using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;

namespace Distributed.Engine.Tests.Kernels.Reductions;

/// <summary>The 16-lane sum: widths against the definition in bits, the definition against doubles.</summary>
public sealed unsafe class LaneSumTests
{
    [Fact]
    public void Sum_EqualsTheDefinition_OnEveryPath()
    {
        foreach (var length in EveryPath.Lengths)
        {
            foreach (var values in new[] { SampleFloats.Ordinary(length, length), WithOneSpecial(length) })
            {
                foreach (var offset in EveryPath.Offsets)
                {
                    var x = new GuardedFloats(values, offset);
                    var expected = Run(KernelPath.Definition, x);
                    foreach (var path in EveryPath.Wide)
                    {
                        Bits.AssertEqual(expected, Run(path, x), $"{path}, length {length}, offset {offset}");
                    }
                }
            }
        }
    }

    [Fact]
    public void SumOfOperator_EqualsTheDefinition_OnEveryPath()
    {
        foreach (var length in EveryPath.Lengths)
        {
            var x = new GuardedFloats(SampleFloats.Ordinary(length, length), length % 7);
            var expected = Call.Of(KernelPath.Definition, x, new ShiftedExp(0.5f));
            foreach (var path in EveryPath.Wide)
            {
                Bits.AssertEqual(expected, Call.Of(path, x, new ShiftedExp(0.5f)), $"{path}, length {length}");
            }
        }
    }

    /// <summary>A chain of k additions errs by at most k half-ulps of the sum of magnitudes.</summary>
    [Fact]
    public void Definition_IsWithinTheBoundOfItsChains_OfTheDoubleSum()
    {
        foreach (var length in new[] { 1, 15, 16, 17, 100, 1000, 10_000 })
        {
            var values = SampleFloats.Ordinary(length, length);
            var exact = values.Sum(value => (double)value);
            var magnitude = values.Sum(value => Math.Abs((double)value));
            var additions = (length / 16) + 1 + 4;
            var bound = additions * Math.Pow(2, -24) * magnitude;
            Assert.InRange(Run(KernelPath.Definition, new GuardedFloats(values)), exact - bound, exact + bound);
        }
    }

    [Fact]
    public void Sum_IsPositiveZero_WhenThereIsNothingOrNegativeZeroToAdd()
    {
        foreach (var path in KernelPaths.All)
        {
            Bits.AssertEqual(0f, Run(path, new GuardedFloats(0, 0)), "nothing");
            Bits.AssertEqual(0f, Run(path, new GuardedFloats(Enumerable.Repeat(-0f, 33).ToArray())), "−0");
        }
    }

    [Fact]
    public void Sum_GoesDownTheLanes_ThenPairwise()
    {
        // 2²⁴ swallows a 1 added to it, but not the 2 that two lanes of 1 make: the order shows in the value.
        var values = new float[32];
        values[0] = 16777216;
        values[16] = 1;
        Bits.AssertEqual(16777216, Run(KernelPath.Definition, new GuardedFloats(values)), "one lane");
        values[16] = 0;
        values[1] = values[9] = 1;
        Bits.AssertEqual(16777218, Run(KernelPath.Definition, new GuardedFloats(values)), "lanes 1 and 9 meet first");
    }

    private static float[] WithOneSpecial(int length)
    {
        var values = SampleFloats.Ordinary(length, length);
        if (length > 0)
        {
            values[length * 7 % length] = SampleFloats.Specials[length % SampleFloats.Specials.Length];
        }

        return values;
    }

    private static float Run(KernelPath path, GuardedFloats x) => Call.Of(path, x, default(Identity));

    private static class Call
    {
        internal static float Of<TOperator>(KernelPath path, GuardedFloats x, TOperator op)
            where TOperator : struct, IUnaryOperator
        {
            var call = new OfOperator<TOperator>(x, op);
            EveryPath.Run(path, call);
            return call.Result;
        }
    }

    private sealed class OfOperator<TOperator>(GuardedFloats x, TOperator op) : IPathCall
        where TOperator : struct, IUnaryOperator
    {
        internal float Result { get; private set; }

        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct =>
            Result = LaneSum.Run<TLanes, TVector, TOperator>(op, x.Pointer, x.Length);
    }
}
