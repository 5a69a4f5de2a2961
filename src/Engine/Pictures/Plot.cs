namespace Distributed.Engine.Pictures;

/// <summary>A diagram of lines, points and contours over two axes with round ticks, as SVG.</summary>
/// <remarks>
/// The axes cover all that is drawn, or what <see cref="Range"/> says; what lies outside is left out. Values that are
/// not finite are left out too. For one thread.
/// </remarks>
/// <param name="title">Above the diagram.</param>
/// <param name="horizontal">What the horizontal axis counts, with its unit; may be empty.</param>
/// <param name="vertical">What the vertical axis counts, with its unit; may be empty.</param>
public sealed class Plot(string title, string horizontal = "", string vertical = "")
{
    private const double Width = 640;
    private const double Height = 420;
    private const double Left = 70;
    private const double Right = 20;
    private const double Top = 40;
    private const double Bottom = 55;
    private const int ContourCells = 120;

    private static readonly string[] Colours =
        ["#1f77b4", "#d62728", "#2ca02c", "#ff7f0e", "#9467bd", "#8c564b", "#e377c2", "#17becf"];

    private readonly List<Series> _series = [];
    private (double XLow, double XHigh, double YLow, double YHigh)? _range;

    /// <summary>Points joined by a line, named in the legend.</summary>
    /// <remarks>Shapes: x and y are [n]. Errors: ArgumentException for different lengths.</remarks>
    public Plot Line(string name, ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Add(name, x, y, isLine: true);

    /// <summary>Points by themselves, named in the legend.</summary>
    /// <remarks>Shapes: x and y are [n]. Errors: ArgumentException for different lengths.</remarks>
    public Plot Scatter(string name, ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Add(name, x, y, isLine: false);

    /// <summary>Where a function of both axes has a given value, as a decision boundary where it is 0.</summary>
    /// <remarks>Traced on a grid of 120 × 120 cells; the range comes from the other series, or from Range.</remarks>
    public Plot Contour(string name, Func<double, double, double> function, double level = 0)
    {
        _series.Add(new Series(name, [], false, (x, y) => function(x, y) - level));
        return this;
    }

    /// <summary>What the axes cover.</summary>
    public Plot Range(double xLow, double xHigh, double yLow, double yHigh)
    {
        _range = (xLow, xHigh, yLow, yHigh);
        return this;
    }

    /// <summary>The whole picture as the text of an SVG file.</summary>
    public string ToSvg()
    {
        var svg = new SvgText(Width, Height);
        var frame = Frame.Of(_range ?? Covered());
        DrawAxes(svg, frame);
        for (var i = 0; i < _series.Count; i++)
        {
            Draw(svg, frame, _series[i], Colours[i % Colours.Length]);
            DrawLegend(svg, i, Colours[i % Colours.Length]);
        }

        return svg.Finish();
    }

    private Plot Add(string name, ReadOnlySpan<double> x, ReadOnlySpan<double> y, bool isLine)
    {
        if (x.Length != y.Length)
        {
            throw new ArgumentException($"plot: '{name}' has {x.Length} x and {y.Length} y: needs as many of both");
        }

        var points = new List<(double X, double Y)>();
        for (var i = 0; i < x.Length; i++)
        {
            if (double.IsFinite(x[i]) && double.IsFinite(y[i]))
            {
                points.Add((x[i], y[i]));
            }
        }

        _series.Add(new Series(name, points, isLine, null));
        return this;
    }

    private (double XLow, double XHigh, double YLow, double YHigh) Covered()
    {
        var points = _series.SelectMany(series => series.Points).DefaultIfEmpty((0, 0)).ToList();
        return (points.Min(p => p.X), points.Max(p => p.X), points.Min(p => p.Y), points.Max(p => p.Y));
    }

    private void DrawAxes(SvgText svg, Frame frame)
    {
        foreach (var tick in Ticks.In(frame.XLow, frame.XHigh, 8))
        {
            svg.Line(frame.X(tick), Top, frame.X(tick), Height - Bottom, "#dddddd");
            svg.Write(frame.X(tick), Height - Bottom + 18, Ticks.Text(tick), "middle");
        }

        foreach (var tick in Ticks.In(frame.YLow, frame.YHigh, 7))
        {
            svg.Line(Left, frame.Y(tick), Width - Right, frame.Y(tick), "#dddddd");
            svg.Write(Left - 8, frame.Y(tick) + 4, Ticks.Text(tick), "end");
        }

        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "black");
        svg.Line(Left, Top, Left, Height - Bottom, "black");
        svg.Write(Width / 2, 22, title, "middle");
        svg.Write((Left + Width - Right) / 2, Height - 14, horizontal, "middle");
        svg.Write(18, (Top + Height - Bottom) / 2, vertical, "middle", turn: -90);
    }

    private static void Draw(SvgText svg, Frame frame, Series series, string colour)
    {
        var seen = series.Points.Where(frame.Holds).Select(p => (X: frame.X(p.X), Y: frame.Y(p.Y))).ToList();
        if (series.Function is { } function)
        {
            foreach (var (from, to) in Contours.Trace(
                function, frame.XLow, frame.XHigh, frame.YLow, frame.YHigh, ContourCells))
            {
                svg.Line(frame.X(from.X), frame.Y(from.Y), frame.X(to.X), frame.Y(to.Y), colour, 2);
            }
        }
        else if (series.IsLine)
        {
            svg.Path(seen, colour);
        }
        else
        {
            seen.ForEach(point => svg.Circle(point.X, point.Y, 3, colour));
        }
    }

    private void DrawLegend(SvgText svg, int index, string colour)
    {
        var y = Top + 16 + (index * 18);
        svg.Line(Width - Right - 30, y - 4, Width - Right - 8, y - 4, colour, 3);
        svg.Write(Width - Right - 36, y, _series[index].Name, "end");
    }

    private sealed record Series(
        string Name,
        IReadOnlyList<(double X, double Y)> Points,
        bool IsLine,
        Func<double, double, double>? Function);

    /// <summary>From values to pixels, with a little room around; an axis without extent gets one.</summary>
    private sealed record Frame(double XLow, double XHigh, double YLow, double YHigh)
    {
        internal static Frame Of((double XLow, double XHigh, double YLow, double YHigh) covered)
        {
            var (xLow, xHigh, yLow, yHigh) = covered;
            var (xRoom, yRoom) = (Room(xLow, xHigh), Room(yLow, yHigh));
            return new Frame(xLow - xRoom, xHigh + xRoom, yLow - yRoom, yHigh + yRoom);
        }

        internal double X(double x) => Left + ((x - XLow) / (XHigh - XLow) * (Width - Left - Right));

        internal double Y(double y) => Height - Bottom - ((y - YLow) / (YHigh - YLow) * (Height - Top - Bottom));

        internal bool Holds((double X, double Y) point) =>
            point.X >= XLow && point.X <= XHigh && point.Y >= YLow && point.Y <= YHigh;

        private static double Room(double low, double high) => high > low ? (high - low) * 0.03 : 0.5;
    }
}
