using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Images;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Tests.Kernels.Images;

public sealed unsafe class PoolingTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, EveryPath.IsSlow ? 10 : 60)];

    /// <summary>Against the definition in bits, special values and padding included.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Pools_GiveTheBitsOfTheDefinition_WhenShapesAreDrawn(int seed)
    {
        var draw = new Random(seed);
        var (height, width) = (draw.Next(1, 5), draw.Next(1, 5));
        var window = seed % 4 == 0 ? new Window2d(2, 2, 2)
            : new Window2d(height, width, draw.Next(1, 5), draw.Next(0, (Math.Min(height, width) / 2) + 1));
        var grid = new WindowGrid(window, draw.Next(4, 40), draw.Next(4, 40));
        var expected = new Call(grid, seed);
        EveryPath.Run(KernelPath.Definition, expected);
        expected.AssertLargest();
        foreach (var path in EveryPath.Wide)
        {
            var call = new Call(grid, seed);
            EveryPath.Run(path, call);
            call.AssertEqual(expected, $"{path}, {window} on {grid.Height}x{grid.Width}, seed {seed}");
        }
    }

    [Fact]
    public void Pick_TakesTheFirstOfEquals_WhenAWindowHoldsThem()
    {
        var grid = new WindowGrid(new Window2d(2, 2, 2), 2, 8);
        var x = new GuardedFloats([1, 2, 5, 5, 0f, -0f, 8, float.NaN, 3, 3, 5, 4, -0f, 0f, 9, 9]);
        var places = new GuardedFloats([.. Enumerable.Range(0, 16).Select(i => (float)i)]);
        var (y, workspace) = (new GuardedFloats(4, 1), new GuardedFloats(Pooling.WorkspaceFloats(grid), 0));
        Pooling.Pick<ScalarLanes, float>(grid, 1, x.Pointer, places.Pointer, y.Pointer, workspace.Pointer);
        Assert.Equal([8, 2, 4, 6], y.Span.ToArray());
        Pooling.Largest<ScalarLanes, float>(grid, 1, x.Pointer, y.Pointer, workspace.Pointer);
        Bits.AssertEqual([3, 5, 0, float.NaN], y.Span, "largest");
        y.AssertGuardsIntact("pick");
        workspace.AssertGuardsIntact("workspace");
    }

    [Fact]
    public void Spread_AddsUpWhatWindowsSend_WhenTheyOverlap()
    {
        var grid = new WindowGrid(new Window2d(1, 2), 1, 4);
        var x = new GuardedFloats([1, 7, 2, 3], 1);
        var dy = new GuardedFloats([10, 20, 30], 2);
        var (dx, workspace) = (new GuardedFloats(4, 3), new GuardedFloats(Pooling.WorkspaceFloats(grid), 0));
        Pooling.Spread<ScalarLanes, float, Left>(
            grid, 1, x.Pointer, dy.Pointer, null, default, dx.Pointer, workspace.Pointer);
        Assert.Equal([0, 30, 0, 30], dx.Span.ToArray());
        var z = new GuardedFloats([1, 0, 1, 2], 4);
        Pooling.Spread<ScalarLanes, float, ReluGradientOperation.Operator>(
            grid, 1, x.Pointer, dy.Pointer, z.Pointer, default, dx.Pointer, workspace.Pointer);
        Assert.Equal([0, 0, 0, 30], dx.Span.ToArray());
        dx.AssertGuardsIntact("spread");
    }

    [Fact]
    public void Average_CountsPixelsOutsideAsZero_WhenThereIsPadding()
    {
        var grid = new WindowGrid(new Window2d(2, 2, 2, padding: 1), 2, 2);
        var x = new GuardedFloats([4, 8, 12, 16], 1);
        var (y, dx) = (new GuardedFloats(4, 1), new GuardedFloats(4, 2));
        Pooling.Average<ScalarLanes, float>(grid, 1, x.Pointer, y.Pointer);
        Assert.Equal([1, 2, 3, 4], y.Span.ToArray());
        Pooling.AverageGradient<ScalarLanes, float>(grid, 1, x.Pointer, dx.Pointer);
        Assert.Equal([1, 2, 3, 4], dx.Span.ToArray());
    }

    private sealed class Call : IPathCall
    {
        private const int Images = 2;

        private readonly WindowGrid _grid;
        private readonly GuardedFloats _x;
        private readonly GuardedFloats _values;
        private readonly GuardedFloats _dy;
        private readonly GuardedFloats[] _results;

        internal Call(WindowGrid grid, int seed)
        {
            _grid = grid;
            _x = new GuardedFloats(SampleFloats.WithSpecials(Images * grid.ImagePixels, seed), 1);
            _values = new GuardedFloats(SampleFloats.Ordinary(Images * grid.ImagePixels, seed + 1), 2);
            _dy = new GuardedFloats(SampleFloats.WithSpecials(Images * grid.Positions, seed + 2), 3);
            _results =
            [
                new GuardedFloats(Images * grid.Positions, 1), new GuardedFloats(Images * grid.Positions, 2),
                new GuardedFloats(Images * grid.ImagePixels, 3), new GuardedFloats(Images * grid.Positions, 4),
                new GuardedFloats(Images * grid.ImagePixels, 5), new GuardedFloats(Images * grid.ImagePixels, 6),
            ];
        }

        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            var workspace = new GuardedFloats(Pooling.WorkspaceFloats(_grid), 0);
            Pooling.Largest<TLanes, TVector>(_grid, Images, _x.Pointer, _results[0].Pointer, workspace.Pointer);
            Pooling.Pick<TLanes, TVector>(
                _grid, Images, _x.Pointer, _values.Pointer, _results[1].Pointer, workspace.Pointer);
            Pooling.Spread<TLanes, TVector, Left>(
                _grid, Images, _x.Pointer, _dy.Pointer, null, default, _results[2].Pointer, workspace.Pointer);
            Pooling.Spread<TLanes, TVector, ReluGradientOperation.Operator>(
                _grid, Images, _x.Pointer, _dy.Pointer, _values.Pointer, default, _results[5].Pointer,
                workspace.Pointer);
            workspace.AssertGuardsIntact("workspace");
            Pooling.Average<TLanes, TVector>(_grid, Images, _x.Pointer, _results[3].Pointer);
            Pooling.AverageGradient<TLanes, TVector>(_grid, Images, _dy.Pointer, _results[4].Pointer);
        }

        internal void AssertEqual(Call expected, string context)
        {
            for (var i = 0; i < _results.Length; i++)
            {
                Bits.AssertEqual(expected._results[i].Span, _results[i].Span, $"result {i}, {context}");
                _results[i].AssertGuardsIntact(context);
            }
        }

        /// <summary>Each largest value is the maximum over the taps of its window, looked up one by one.</summary>
        internal void AssertLargest()
        {
            for (var i = 0; i < _results[0].Length; i++)
            {
                var (image, row, column) = (
                    i / _grid.Positions, i / _grid.Columns % _grid.Rows, i % _grid.Columns);
                var seen = new List<float>();
                for (var tap = 0; tap < _grid.Taps; tap++)
                {
                    var at = _grid.Look(row, tap / _grid.WindowWidth);
                    var across = _grid.Look(column, tap % _grid.WindowWidth);
                    if (at >= 0 && at < _grid.Height && across >= 0 && across < _grid.Width)
                    {
                        seen.Add(_x.Span[(((image * _grid.Height) + at) * _grid.Width) + across]);
                    }
                }

                Bits.AssertEqual(seen.Aggregate(MathF.Max), _results[0].Span[i], $"window {i}");
            }
        }
    }
}
