using System.Runtime.Intrinsics;
using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Tests.Kernels.Gemm;

public sealed class RowPanelsTests
{
    [Fact]
    public void Panels_CoverTheRowsInOrder_ForEveryCount()
    {
        for (var rows = 1; rows <= 300; rows++)
        {
            AssertCovers(rows, RowPanels.Of<Lanes512, Vector512<float>>(rows, 32), 14, 8);
            AssertCovers(rows, RowPanels.Of<Lanes512, Vector512<float>>(rows, 33), 8, 4);
            AssertCovers(rows, RowPanels.Of<Lanes512, Vector512<float>>(rows, 49), 6, 4);
            AssertCovers(rows, RowPanels.Of<Lanes256, Vector256<float>>(rows, 1000), 6, 4);
            AssertCovers(rows, RowPanels.Of<Lanes128, Vector128<float>>(rows, 1000), 14, 8);
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(28)]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(784)]
    public void Panels_HoldNoPadding_WhereHeightsAddUp(int rows)
    {
        var panels = RowPanels.Of<Lanes512, Vector512<float>>(rows, columns: 32);
        Assert.Equal(rows, panels.FirstRow(panels.Count));
    }

    /// <summary>Rows a page apart share a set of the first-level cache, which may have but eight ways.</summary>
    [Theory]
    [InlineData(20, 8)]
    [InlineData(40, 8)]
    [InlineData(100, 6)]
    public void Panels_AreAtMostEightHigh_WhereRowsAreReadFarApart(int columns, int height)
    {
        var panels = RowPanels.Across<Lanes512, Vector512<float>>(rows: 96, columns, rowStride: 1024);
        for (var panel = 0; panel < panels.Count; panel++)
        {
            Assert.Equal(height, panels.Height(panel));
        }

        Assert.Equal(96, panels.FirstRow(panels.Count));
    }

    private static void AssertCovers(int rows, RowPanels panels, int tall, int low)
    {
        var row = 0;
        for (var panel = 0; panel < panels.Count; panel++)
        {
            Assert.Equal(row, panels.FirstRow(panel));
            Assert.Equal(panels.IsTall(panel) ? tall : low, panels.Height(panel));
            Assert.True(row < rows, $"{rows} rows: panel {panel} is all padding");
            row += panels.Height(panel);
        }

        Assert.Equal(row, panels.FirstRow(panels.Count));
        Assert.InRange(row, rows, rows + low - 1);
    }
}
