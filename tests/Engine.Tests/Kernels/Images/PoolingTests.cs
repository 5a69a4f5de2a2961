using Distributed.Engine.Kernels.Images;

namespace Distributed.Engine.Tests.Kernels.Images;

public sealed unsafe class PoolingTests
{
    [Fact]
    public void Pick_TakesTheFirstOfEqualsAndANaN_WhenAWindowHoldsThem()
    {
        var grid = new WindowGrid(new Window2d(2, 2, 2), 2, 8);
        var x = new GuardedFloats([1, 2, 5, 5, 0f, -0f, float.NaN, 9, 3, 3, 5, 4, -0f, 0f, float.NaN, float.NaN]);
        var places = new GuardedFloats([.. Enumerable.Range(0, 16).Select(i => (float)i)]);
        var y = new GuardedFloats(4, 1);
        Pooling.Pick(grid, 1, x.Pointer, places.Pointer, y.Pointer);
        Assert.Equal([8, 2, 4, 6], y.Span.ToArray());
        y.AssertGuardsIntact("pick");
    }

    [Fact]
    public void Spread_AddsUpWhatWindowsSend_WhenTheyOverlap()
    {
        var grid = new WindowGrid(new Window2d(1, 2), 1, 4);
        var x = new GuardedFloats([1, 7, 2, 3], 1);
        var dy = new GuardedFloats([10, 20, 30], 2);
        var dx = new GuardedFloats(4, 3);
        Pooling.Spread(grid, 1, x.Pointer, dy.Pointer, dx.Pointer);
        Assert.Equal([0, 30, 0, 30], dx.Span.ToArray());
        dx.AssertGuardsIntact("spread");
    }

    [Fact]
    public void Average_CountsPixelsOutsideAsZero_WhenThereIsPadding()
    {
        var grid = new WindowGrid(new Window2d(2, 2, 2, padding: 1), 2, 2);
        var x = new GuardedFloats([4, 8, 12, 16], 1);
        var (y, dx) = (new GuardedFloats(4, 1), new GuardedFloats(4, 2));
        Pooling.Average(grid, 1, x.Pointer, y.Pointer);
        Assert.Equal([1, 2, 3, 4], y.Span.ToArray());
        Pooling.AverageGradient(grid, 1, x.Pointer, dx.Pointer);
        Assert.Equal([1, 2, 3, 4], dx.Span.ToArray());
    }
}
