using System.Text;

namespace Distributed.Engine.Pictures;

/// <summary>A drawing in the making, in SVG 1.1: the few elements that plots and graphs need.</summary>
/// <remarks>Units: pixels, y downward from the upper left corner.</remarks>
internal sealed class SvgText
{
    private readonly StringBuilder _text = new();

    internal SvgText(double width, double height)
    {
        _text.Append($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{N(width)}\" height=\"{N(height)}\" ")
            .Append($"viewBox=\"0 0 {N(width)} {N(height)}\" font-family=\"sans-serif\" font-size=\"13\">\n")
            .Append($"<rect width=\"{N(width)}\" height=\"{N(height)}\" fill=\"white\"/>\n");
    }

    internal void Line(double x1, double y1, double x2, double y2, string colour, double width = 1) =>
        _text.Append($"<line x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\" ")
            .Append($"stroke=\"{colour}\" stroke-width=\"{N(width)}\"/>\n");

    internal void Path(IReadOnlyList<(double X, double Y)> points, string colour)
    {
        _text.Append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"").Append(colour).Append("\" points=\"");
        _text.AppendJoin(' ', points.Select(point => $"{N(point.X)},{N(point.Y)}")).Append("\"/>\n");
    }

    internal void Circle(double x, double y, double radius, string colour) =>
        _text.Append($"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\" fill=\"{colour}\"/>\n");

    internal void Box(double x, double y, double width, double height, string fill, string stroke) =>
        _text.Append($"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\" rx=\"4\" ")
            .Append($"fill=\"{fill}\" stroke=\"{stroke}\"/>\n");

    /// <param name="anchor">start, middle or end: which part of the text stands at x.</param>
    internal void Write(double x, double y, string text, string anchor, string colour = "black", int turn = 0)
    {
        var turned = turn == 0 ? "" : $" transform=\"rotate({turn} {N(x)} {N(y)})\"";
        _text.Append($"<text x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{anchor}\" fill=\"{colour}\"{turned}>")
            .Append(Escaped(text)).Append("</text>\n");
    }

    internal string Finish() => _text.Append("</svg>\n").ToString();

    private static string N(double value) => $"{Math.Round(value, 2)}";

    private static string Escaped(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}
