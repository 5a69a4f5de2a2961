using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Engine.Data;

/// <summary>A round pen on a small grid: lines leave, at every pixel, the least distance to them.</summary>
/// <remarks>
/// Distances are squared and in units of the pen's radius at the nearest point of the line, so a line may swell.
/// Only + − × ÷, square roots and comparisons, in a fixed order: every machine draws the same pixels,
/// with vector instructions or without.
/// Shapes: the field is [side, side] row-major, side a multiple of 4; pixel (row, column) has its
/// centre at (column + ½, row + ½).
/// </remarks>
internal readonly ref struct DigitPen(Span<float> field, int side)
{
    /// <summary>The curve from one point to another is drawn as this many lines.</summary>
    private const int LinesPerCurve = 6;

    private const float Untouched = 1e9f;

    /// <summary>Pixels updated around the radius: a soft edge of 1¼ at most, and half a pixel to the centre.</summary>
    private const double Margin = 1.75;

    private readonly Span<float> _field = field;

    internal void Clear() => _field.Fill(Untouched);

    /// <summary>Draws the quadratic Bézier curve from a over control b to c, the radius changing evenly.</summary>
    internal void Curve(PenPoint a, PenPoint b, PenPoint c)
    {
        var last = a;
        for (var line = 1; line <= LinesPerCurve; line++)
        {
            var t = line / (double)LinesPerCurve;
            var s = 1 - t;
            var next = new PenPoint(
                s * s * a.X + 2 * s * t * b.X + t * t * c.X,
                s * s * a.Y + 2 * s * t * b.Y + t * t * c.Y,
                s * a.Radius + t * c.Radius);
            Line(last, next);
            last = next;
        }
    }

    /// <summary>Draws a straight line with the mean radius of its ends.</summary>
    internal void Line(PenPoint from, PenPoint to)
    {
        var radius = (from.Radius + to.Radius) / 2;
        var reach = radius + Margin;
        // Whole groups of four columns: pixels out of reach receive distances too large to carry ink.
        var left = Clamp(Math.Min(from.X, to.X) - reach) / 4 * 4;
        var right = (Clamp(Math.Max(from.X, to.X) + reach) + 3) / 4 * 4;
        var top = Clamp(Math.Min(from.Y, to.Y) - reach);
        var bottom = Clamp(Math.Max(from.Y, to.Y) + reach);
        var deltaX = (float)(to.X - from.X);
        var deltaY = (float)(to.Y - from.Y);
        var length2 = deltaX * deltaX + deltaY * deltaY;
        var inverseLength2 = length2 > 1e-12f ? 1 / length2 : 0f;
        var inverseRadius2 = (float)(1 / (radius * radius));
        for (var row = top; row < bottom; row++)
        {
            var offsetX = left + 0.5f - (float)from.X;
            var offsetY = row + 0.5f - (float)from.Y;
            Touch(_field.Slice(row * side + left, right - left), offsetX, offsetY, deltaX, deltaY, inverseLength2,
                inverseRadius2);
        }
    }

    private static void Touch(Span<float> pixels, float offsetX, float offsetY, float deltaX, float deltaY,
        float inverseLength2, float inverseRadius2)
    {
        ref var pixel = ref MemoryMarshal.GetReference(pixels);
        var columns = Vector128.Create(0f, 1f, 2f, 3f);
        for (var i = 0; i < pixels.Length; i += 4)
        {
            var x = Vector128.Create(offsetX) + (columns + Vector128.Create((float)i));
            var along = (x * deltaX + Vector128.Create(offsetY * deltaY)) * inverseLength2;
            along = Vector128.Min(Vector128.Max(along, Vector128<float>.Zero), Vector128<float>.One);
            var awayX = x - along * deltaX;
            var awayY = Vector128.Create(offsetY) - along * deltaY;
            var distance2 = (awayX * awayX + awayY * awayY) * inverseRadius2;
            Vector128.Min(distance2, Vector128.LoadUnsafe(ref pixel, (nuint)i)).StoreUnsafe(ref pixel, (nuint)i);
        }
    }

    private int Clamp(double position) => position <= 0 ? 0 : position >= side ? side : (int)position;
}

/// <summary>A place of the pen in pixels, and its radius there.</summary>
internal readonly record struct PenPoint(double X, double Y, double Radius);
