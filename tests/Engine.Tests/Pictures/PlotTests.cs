using System.Xml.Linq;
using Distributed.Engine.Pictures;

namespace Distributed.Engine.Tests.Pictures;

public sealed class PlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Ticks_AreRound_AndInsideTheRange()
    {
        Assert.Equal([0, 2, 4, 6, 8, 10], Ticks.In(0, 10, 8));
        Assert.Equal(["-0.2", "0", "0.2", "0.4"], Ticks.In(-0.25, 0.43, 4).Select(Ticks.Text));
        Assert.Equal(["1500", "2000", "2500"], Ticks.In(1100, 2600, 4).Select(Ticks.Text));
        Assert.Equal([3], Ticks.In(2.5, 3.5, 8).Where(tick => tick == 3));
    }

    [Fact]
    public void Svg_HoldsWhatWasDrawn()
    {
        var plot = new Plot("a < b & c", "x", "y")
            .Line("line", [0, 1, 2], [0, 1, 4])
            .Scatter("points", [0, double.NaN, 2], [3, 1, 3])
            .Contour("circle", (x, y) => ((x - 1) * (x - 1)) + ((y - 2) * (y - 2)) - 0.5);
        var root = XDocument.Parse(plot.ToSvg()).Root!;
        Assert.Equal(3, root.Element(Svg + "polyline")!.Attribute("points")!.Value.Split(' ').Length);
        Assert.Equal(2, root.Elements(Svg + "circle").Count());
        Assert.True(root.Elements(Svg + "line").Count() > 100);
        Assert.Superset(
            new HashSet<string> { "a < b & c", "x", "y", "line", "points", "circle", "0.5", "4" },
            root.Elements(Svg + "text").Select(text => text.Value).ToHashSet());
    }

    [Fact]
    public void Contours_LieOnTheCurve()
    {
        var pieces = Contours.Trace((x, y) => (x * x) + (y * y) - 1, -2, 2, -2, 2, 120).ToList();
        Assert.NotEmpty(pieces);
        Assert.All(pieces, piece => Assert.Equal(1, Math.Sqrt((piece.From.X * piece.From.X)
            + (piece.From.Y * piece.From.Y)), 1e-3));
        var length = pieces.Sum(piece => Math.Sqrt(Math.Pow(piece.From.X - piece.To.X, 2)
            + Math.Pow(piece.From.Y - piece.To.Y, 2)));
        Assert.Equal(2 * Math.PI, length, 1e-2);
    }

    [Fact]
    public void Line_IsRefused_WhenItsLengthsDiffer()
    {
        var error = Assert.Throws<ArgumentException>(() => new Plot("t").Line("l", [1, 2], [1]));
        Assert.Equal("plot: 'l' has 2 x and 1 y: needs as many of both", error.Message);
    }

    [Fact]
    public void Svg_IsWhole_WhenNothingIsDrawn() =>
        Assert.Equal(Svg + "svg", XDocument.Parse(new Plot("empty").ToSvg()).Root!.Name);
}
