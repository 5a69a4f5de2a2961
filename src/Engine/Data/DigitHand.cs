using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Distributed.Engine.Randomness;

namespace Distributed.Engine.Data;

/// <summary>One hand writing one digit: its slant, size, place, pressure, pen and paper.</summary>
/// <remarks>
/// Units: the glyph's box is [−½, ½]; places and radii are pixels; turns are tangents of half the angle, because
/// sine and cosine differ between machines and (1 − t²)/(1 + t²), 2t/(1 + t²) do not.
/// </remarks>
internal readonly record struct DigitHand(
    double Turn, double Slant, double Bend, double Width, double Height, double Left, double Top,
    double Radius, double Swell, double Softness, double Shake, double Peak, double Noise)
{
    private const double Centre = DigitGenerator.Side / 2d;

    // The longest stroke of the tables has 14 points; a corner counts twice.
    private const int PointsMax = 24;

    /// <summary>Draws the traits of a hand, in this order.</summary>
    internal static DigitHand Draw(ref RandomDraws draws) => new(
        Turn: Spread(ref draws, 0.2),
        Slant: 0.1 + Spread(ref draws, 0.45),
        Bend: Spread(ref draws, 0.35),
        Width: 12.0 + Spread(ref draws, 4.5),
        Height: 17 + Spread(ref draws, 4.0),
        Left: Spread(ref draws, 3.7),
        Top: Spread(ref draws, 3.3),
        Radius: 1.35 + Spread(ref draws, 0.55),
        Swell: Spread(ref draws, 0.3),
        Softness: 0.7 + Spread(ref draws, 0.25),
        Shake: 0.065 + Spread(ref draws, 0.03),
        Peak: 0.93 + Spread(ref draws, 0.07),
        Noise: 0.04 + Spread(ref draws, 0.04));

    /// <summary>Writes one stroke: a quadratic B-spline through the shaken control points.</summary>
    internal void Write(DigitPen pen, ReadOnlySpan<GlyphPoint> stroke, ref RandomDraws draws)
    {
        Span<PenPoint> points = stackalloc PenPoint[PointsMax];
        var count = 0;
        for (var i = 0; i < stroke.Length; i++)
        {
            // A corner is its control point twice: the spline then reaches it.
            points[count] = Place(stroke[i], i / (stroke.Length - 1d), ref draws);
            if (stroke[i].IsCorner)
            {
                points[count + 1] = points[count];
            }

            count += stroke[i].IsCorner ? 2 : 1;
        }
        var from = points[0];
        for (var i = 1; i < count - 1; i++)
        {
            var to = i == count - 2 ? points[count - 1] : Middle(points[i], points[i + 1]);
            pen.Curve(from, points[i], to);
            from = to;
        }
        if (count == 2)
        {
            pen.Line(from, points[1]);
        }
    }

    /// <summary>Turns the pen's distances into bytes: a soft edge, the pen's colour, the paper's noise.</summary>
    /// <remarks>Vectors only spread the pixels, whose number is a multiple of 16: each has the bits that scalars give.
    /// </remarks>
    internal void Ink(ReadOnlySpan<float> field, Span<byte> image, ref RandomDraws draws)
    {
        Span<float> grain = stackalloc float[DigitGenerator.Pixels];
        draws.FillUniform(grain);
        var ink = new InkOnPaper((float)(Radius / (2 * Softness)), (float)(Peak * 255), (float)(Noise * 255));
        for (var i = 0; i < image.Length; i += Vector128<byte>.Count)
        {
            var (low, high) = (
                Vector128.Narrow(ink.Colours(field, grain, i), ink.Colours(field, grain, i + 4)),
                Vector128.Narrow(ink.Colours(field, grain, i + 8), ink.Colours(field, grain, i + 12)));
            Vector128.Narrow(low, high).CopyTo(image[i..]);
        }
    }

    private PenPoint Place(GlyphPoint point, double progress, ref RandomDraws draws)
    {
        var x = point.X + Spread(ref draws, Shake);
        var y = point.Y + Spread(ref draws, Shake);
        x += Bend * (y * y - 0.1);
        var wide = x * Width - Slant * y * Height;
        var high = y * Height;
        var scale = 1 / (1 + Turn * Turn);
        var cosine = (1 - Turn * Turn) * scale;
        var sine = 2 * Turn * scale;
        return new PenPoint(
            Centre + Left + cosine * wide - sine * high,
            Centre + Top + sine * wide + cosine * high,
            Radius * (1 + Swell * (2 * progress - 1)));
    }

    private static PenPoint Middle(PenPoint a, PenPoint b) =>
        new((a.X + b.X) / 2, (a.Y + b.Y) / 2, (a.Radius + b.Radius) / 2);

    /// <summary>A number in [−width, width), near 0 more often than far: the mean of two even draws.</summary>
    private static double Spread(ref RandomDraws draws, double width) =>
        ((double)draws.NextUniform() + draws.NextUniform() - 1) * width;

    /// <summary>Edge, colour and noise of one drawing, in pixels and 255ths.</summary>
    private readonly struct InkOnPaper(float slope, float peak, float noise)
    {
        /// <summary>Four pixels from the first on.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Vector128<uint> Colours(ReadOnlySpan<float> field, ReadOnlySpan<float> grain, int first)
        {
            // Ten radii away there is no ink, whatever the softness.
            var distance2 = Vector128.Create(field.Slice(first, Vector128<float>.Count));
            var cover = (Vector128<float>.One - Vector128.Sqrt(distance2)) * slope + Vector128.Create(0.5f);
            cover = Vector128.ConditionalSelect(
                Vector128.GreaterThan(distance2, Vector128.Create(100f)), Vector128<float>.Zero, cover);
            cover = Vector128.Min(Vector128.Max(cover, Vector128<float>.Zero), Vector128<float>.One);
            var grains = Vector128.Create(grain.Slice(first, Vector128<float>.Count)) - Vector128.Create(0.5f);
            var value = cover * peak + grains * noise;
            value = Vector128.Min(Vector128.Max(value, Vector128<float>.Zero), Vector128.Create(255f));
            return Vector128.ConvertToInt32(value + Vector128.Create(0.5f)).AsUInt32();
        }
    }
}
