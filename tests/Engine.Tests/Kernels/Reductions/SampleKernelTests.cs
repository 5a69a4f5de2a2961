using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Kernels.Reductions;

/// <summary>Means over micro-batches and masks: every path gives the bits of the scalar one.</summary>
public sealed unsafe class SampleKernelTests
{
    public static TheoryData<int> Widths => [1, 3, 4, 7, 8, 15, 16, 17, 33, 100];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Kernels_GiveTheBitsOfTheDefinition_OnEveryPath(int width)
    {
        var range = new MicrobatchRange(width % 5, 4, 3, 11);
        var expected = new Call(range, width);
        EveryPath.Run(KernelPath.Definition, expected);
        foreach (var path in EveryPath.Wide)
        {
            var call = new Call(range, width);
            EveryPath.Run(path, call);
            call.AssertEqual(expected, $"{path}, width {width}");
        }
    }

    /// <summary>Less 1 is taken where samples are left to divide by; of the last, single one nothing is.</summary>
    [Theory]
    [InlineData(0, 2, 15)]
    [InlineData(1, 4, 30)]
    [InlineData(0.4, 2.5, 18.75)]
    public void MicrobatchMean_IsTheSameForAllSamplesOfAMicrobatch_WhenTheLastIsShort(
        float less, float first, float second)
    {
        var x = new GuardedFloats([1, 10, 3, 20, 7, 40], 1);
        var y = new GuardedFloats(6, 2);
        MicrobatchMean.Run<ScalarLanes, float>(x.Pointer, 2, new MicrobatchRange(0, 2, 2, 3), less, y.Pointer);
        var single = less < 1 ? 1 - less : 1;
        Assert.Equal([first, second, first, second, 7 / single, 40 / single], y.Span.ToArray());
    }

    private sealed class Call : IPathCall
    {
        private readonly MicrobatchRange _range;
        private readonly int _width;
        private readonly GuardedFloats _x;
        private readonly GuardedFloats _keys;
        private readonly GuardedFloats[] _results;

        internal Call(MicrobatchRange range, int width)
        {
            (_range, _width) = (range, width);
            _x = new GuardedFloats(SampleFloats.Ordinary(range.Samples * width, width), 1);
            _keys = new GuardedFloats(
                [.. Enumerable.Range(0, range.Samples * SampleKey.Floats).Select(i => (float)(i * 977))]);
            _results =
            [
                new GuardedFloats(range.Samples * width, 3),
                new GuardedFloats(range.Samples * width, 1),
            ];
        }

        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            MicrobatchMean.Run<TLanes, TVector>(_x.Pointer, _width, _range, 0.25f, _results[0].Pointer);
            DropoutMask.Run<TLanes, TVector>(
                _keys.Pointer, _range.Samples, _width, 0.4f, 1, _results[1].Pointer);
        }

        internal void AssertEqual(Call expected, string context)
        {
            for (var i = 0; i < _results.Length; i++)
            {
                Bits.AssertEqual(expected._results[i].Span, _results[i].Span, $"result {i}, {context}");
                _results[i].AssertGuardsIntact(context);
            }
        }
    }
}
