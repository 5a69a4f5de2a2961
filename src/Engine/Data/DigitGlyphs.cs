using System.Globalization;

namespace Distributed.Engine.Data;

/// <summary>How people write the ten digits: several styles each, as strokes through control points.</summary>
/// <remarks>
/// A style is a list of strokes divided by '|'; a stroke is a list of points "x,y" in a box of 100×100, x to the
/// right and y down. Points are the control points of a quadratic B-spline that begins at the first and ends at
/// the last; a point marked '!' is a corner, which the pen reaches and turns at.
/// These tables are part of every fingerprint on the digits: a change is a new DigitGenerator.Version.
/// </remarks>
internal static class DigitGlyphs
{
    private static readonly string[][] Written =
    [
        [
            "50,2 22,3 5,28 4,70 22,98 50,99 80,97 96,70 95,28 78,3 47,2",
            "66,5 30,-2 8,45 20,98 55,102 88,82 92,30 70,0 44,6",
            "68,12 42,-4 10,12 2,50 12,92 50,104 88,90 99,50 88,10 52,2 36,14",
        ],
        [
            "50,0 50,100",
            "28,24 54,0! 52,100",
            "30,22 52,0! 50,100! | 22,100 78,100",
            "60,0 52,40 42,100",
        ],
        [
            "10,26 18,0 68,-8 94,25 76,60 6,98! 96,96",
            "12,22 30,-6 82,-2 86,35 56,72 12,98 8,78 32,78 60,100 96,92",
            "8,15 45,-8 96,8 82,50 10,100! 60,92 98,102",
        ],
        [
            "10,10 50,-8 95,10 82,45 35,48! 92,48 106,85 50,112 4,88",
            "12,4 85,4! 42,42! 88,40 106,80 58,110 6,92",
            "14,12 58,-10 92,18 74,46 42,47 94,50 100,92 46,110 6,86",
        ],
        [
            "20,0 8,55! 92,55 | 70,18 66,100",
            "66,100 68,0! 4,66! 96,66",
            "22,4 12,52 42,64 78,50 | 80,0 76,50 70,100",
        ],
        [
            "86,3 26,3! 18,45! 60,28 100,58 82,106 8,95",
            "26,5 18,45! 66,30 98,64 72,108 6,92 | 26,5 92,0",
            "90,2 44,6 26,10! 18,44 74,34 98,74 60,108 8,90",
        ],
        [
            "75,2 30,18 4,60 14,104 72,106 96,75 70,46 24,54 10,80",
            "60,0 20,38 6,85 44,110 90,90 82,54 40,50 14,76",
            "85,10 46,-6 4,38 8,98 60,110 94,80 66,48 12,66",
        ],
        [
            "8,5 92,5! 40,100",
            "8,6 90,4! 42,100 | 28,50 78,47",
            "6,18 14,3! 92,4! 60,42 46,68 42,100",
        ],
        [
            "80,15 50,-8 10,8 24,40 80,60 96,92 50,112 4,92 20,58 76,40 92,14 76,6",
            "50,47 12,42 12,0 50,0 88,0 88,42 50,47 | 50,47 0,52 4,102 50,100 96,102 100,52 50,47",
            "76,10 35,-10 6,24 50,48 96,74 60,110 4,96 30,60 86,26 70,6",
        ],
        [
            "88,20 50,-10 6,14 14,52 62,54 88,20! 86,60 76,100",
            "84,24 60,-6 8,4 8,48 50,56 84,24! 80,100",
            "86,22 50,-10 6,14 14,52 60,52 87,20! 94,70 70,110 18,95",
        ],
    ];

    private static readonly GlyphPoint[][][][] Parsed =
        [.. Written.Select(styles => styles.Select(ParseStyle).ToArray())];

    /// <summary>The number of ways in which a digit is written.</summary>
    internal static int StyleCount(int digit) => Parsed[digit].Length;

    /// <summary>The strokes of one style, each a list of control points.</summary>
    internal static GlyphPoint[][] Strokes(int digit, int style) => Parsed[digit][style];

    private static GlyphPoint[][] ParseStyle(string style) =>
        [.. style.Split('|').Select(stroke => stroke.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(points => points.Select(ParsePoint).ToArray())];

    private static GlyphPoint ParsePoint(string point)
    {
        var isCorner = point.EndsWith('!');
        var numbers = point.TrimEnd('!').Split(',');
        return new GlyphPoint(
            int.Parse(numbers[0], CultureInfo.InvariantCulture) / 100d - 0.5,
            int.Parse(numbers[1], CultureInfo.InvariantCulture) / 100d - 0.5,
            isCorner);
    }
}

/// <summary>A control point; the glyph's box reaches from −½ to ½, x to the right and y down.</summary>
internal readonly record struct GlyphPoint(double X, double Y, bool IsCorner);
