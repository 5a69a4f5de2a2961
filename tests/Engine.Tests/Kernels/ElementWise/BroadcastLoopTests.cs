using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Tests.Kernels.ElementWise;

/// <summary>Broadcasting against an index-by-index oracle: NumPy's rule per sample, a batch in front.</summary>
public sealed unsafe class BroadcastLoopTests
{
    public static TheoryData<int[], int[]> Shapes => new()
    {
        { [7], [7] },
        { [40], [40] },
        { [40], [] },
        { [], [40] },
        { [], [] },
        { [1], [1, 1] },
        { [40], [1] },
        { [1], [40] },
        { [3, 40], [40] },
        { [3, 40], [3, 1] },
        { [3, 1], [1, 40] },
        { [5, 6, 7], [5, 1, 1] },
        { [5, 6, 7], [6, 1] },
        { [5, 1, 7], [1, 6, 1] },
        { [2, 3, 4, 5], [3, 1, 5] },
        { [17, 1, 1], [17, 4, 4] },
        { [0], [1] },
        { [4, 0, 3], [4, 1, 1] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_EqualsTheIndexedOracle_OnEveryPath(int[] xShape, int[] yShape)
    {
        foreach (var (xBatched, yBatched) in new[] { (true, true), (true, false), (false, true), (false, false) })
        {
            foreach (var rows in new[] { 0, 1, 2, 9 })
            {
                Check(new Case(xShape, yShape, xBatched, yBatched, rows));
            }
        }
    }

    [Fact]
    public void Run_WritesOntoTheFullOperand_WhenAsked()
    {
        var x = SampleFloats.Ordinary(6 * 20, 1);
        var y = SampleFloats.Ordinary(20, 2);
        var loop = new BroadcastLoop([20], [20], [20], xBatched: true, yBatched: false);
        var apart = new GuardedFloats(x.Length, 0);
        EveryPath.Run(KernelPath.Definition, new Call(loop, new GuardedFloats(x), new GuardedFloats(y), apart, 6));
        foreach (var path in EveryPath.Wide)
        {
            var onto = new GuardedFloats(x, 1);
            EveryPath.Run(path, new Call(loop, onto, new GuardedFloats(y), onto, 6));
            Bits.AssertEqual(apart.Span, onto.Span, path.ToString());
        }
    }

    [Theory]
    [InlineData(new[] { 3 }, new[] { 4 }, new[] { 4 })]
    [InlineData(new[] { 1 }, new[] { 1 }, new[] { 4 })]
    [InlineData(new[] { 2, 4 }, new[] { 4 }, new[] { 4 })]
    public void Constructor_Throws_WhenAShapeDoesNotFit(int[] xShape, int[] yShape, int[] outShape) =>
        Assert.Throws<ArgumentException>(() => new BroadcastLoop(xShape, yShape, outShape, true, true));

    private static void Check(Case @case)
    {
        var outShape = OutShape(@case.XShape, @case.YShape);
        var xRows = @case.XBatched ? @case.Rows : 1;
        var yRows = @case.YBatched ? @case.Rows : 1;
        var zRows = @case.XBatched || @case.YBatched ? @case.Rows : 1;
        var x = SampleFloats.WithSpecials(xRows * Volume(@case.XShape), 11);
        var y = SampleFloats.WithSpecials(yRows * Volume(@case.YShape), 12);
        var volume = Volume(outShape);
        var expected = new float[zRows * volume];
        for (var i = 0; i < expected.Length; i++)
        {
            var (row, inRow) = (i / volume, i % volume);
            var xi = IndexIn(@case.XShape, outShape, inRow) + (@case.XBatched ? row * Volume(@case.XShape) : 0);
            var yi = IndexIn(@case.YShape, outShape, inRow) + (@case.YBatched ? row * Volume(@case.YShape) : 0);
            expected[i] = default(TwiceLeftMinusRight).Apply<ScalarLanes, float>(x[xi], y[yi]);
        }

        var loop = new BroadcastLoop(@case.XShape, @case.YShape, outShape, @case.XBatched, @case.YBatched);
        foreach (var path in KernelPaths.All)
        {
            var context = $"{path}, {@case}";
            var output = new GuardedFloats(expected.Length, 3);
            var call = new Call(loop, new GuardedFloats(x, 1), new GuardedFloats(y, 2), output, @case.Rows);
            EveryPath.Run(path, call);
            Bits.AssertEqual(expected, output.Span, context);
            output.AssertGuardsIntact(context);
        }
    }

    private static int Volume(int[] shape) => shape.Aggregate(1, (product, size) => product * size);

    private static int[] OutShape(int[] x, int[] y)
    {
        var shape = new int[Math.Max(x.Length, y.Length)];
        for (var back = 1; back <= shape.Length; back++)
        {
            var xSize = back <= x.Length ? x[^back] : 1;
            var ySize = back <= y.Length ? y[^back] : 1;
            shape[^back] = xSize == 1 ? ySize : xSize;
        }

        return shape;
    }

    /// <summary>The element of an operand that meets the output's element i, by its coordinates.</summary>
    private static int IndexIn(int[] shape, int[] outShape, int i)
    {
        var (index, stride) = (0, 1);
        for (var back = 1; back <= shape.Length; back++)
        {
            var coordinate = i % outShape[^back];
            i /= outShape[^back];
            index += shape[^back] == 1 ? 0 : coordinate * stride;
            stride *= shape[^back];
        }

        return index;
    }

    private sealed record Case(int[] XShape, int[] YShape, bool XBatched, bool YBatched, int Rows)
    {
        public override string ToString() =>
            $"[{string.Join(',', XShape)}]{XBatched} by [{string.Join(',', YShape)}]{YBatched}, {Rows} rows";
    }

    private sealed record Call(BroadcastLoop Loop, GuardedFloats X, GuardedFloats Y, GuardedFloats Z, int Rows)
        : IPathCall
    {
        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct =>
            Loop.Run<TLanes, TVector, TwiceLeftMinusRight>(default, X.Pointer, Y.Pointer, Z.Pointer, Rows);
    }
}
