namespace Distributed.Engine.Data;

/// <summary>A round pen on a small grid: lines leave, at every pixel, the least distance to them.</summary>
/// <remarks>
/// Distances are squared and in units of the pen's radius at the nearest point of the line, so a line may swell.
/// Only + − × ÷, square roots and comparisons, in a fixed order: every machine draws the same pixels.
/// Shapes: the field is [side, side] row-major; pixel (row, column) has its centre at (column + ½, row + ½).
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
        var left = Clamp(Math.Min(from.X, to.X) - reach);
        var right = Clamp(Math.Max(from.X, to.X) + reach);
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
        for (var i = 0; i < pixels.Length; i++)
        {
            var x = offsetX + i;
            var along = (x * deltaX + offsetY * deltaY) * inverseLength2;
            along = along < 0 ? 0 : along > 1 ? 1 : along;
            var awayX = x - along * deltaX;
            var awayY = offsetY - along * deltaY;
            var distance2 = (awayX * awayX + awayY * awayY) * inverseRadius2;
            if (distance2 < pixels[i])
                pixels[i] = distance2;
        }
    }

    private int Clamp(double position) => position <= 0 ? 0 : position >= side ? side : (int)position;
}

/// <summary>A place of the pen in pixels, and its radius there.</summary>
internal readonly record struct PenPoint(double X, double Y, double Radius);
