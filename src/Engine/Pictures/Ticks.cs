namespace Distributed.Engine.Pictures;

/// <summary>Round numbers along an axis: multiples of 1, 2 or 5 times a power of ten.</summary>
internal static class Ticks
{
    /// <summary>The multiples of the smallest round step that gives at most countMax of them in low … high.</summary>
    internal static IReadOnlyList<double> In(double low, double high, int countMax)
    {
        var step = Step((high - low) / countMax);
        var ticks = new List<double>();
        for (var i = Math.Ceiling((low / step) - 1e-9); i * step <= high + (step * 1e-9); i++)
        {
            ticks.Add(i * step);
        }

        return ticks;
    }

    /// <summary>A tick in as few digits as tell it from its neighbours.</summary>
    internal static string Text(double tick) => Math.Abs(tick) < 1e-12 ? "0" : $"{tick:G6}";

    private static double Step(double atLeast)
    {
        if (!(atLeast > 0) || double.IsInfinity(atLeast))
        {
            return 1;
        }

        var power = 1.0;
        while (power > atLeast)
        {
            power /= 10;
        }

        while (power * 10 <= atLeast)
        {
            power *= 10;
        }

        return new[] { 1.0, 2, 5, 10 }.First(digit => digit * power >= atLeast * (1 - 1e-9)) * power;
    }
}
