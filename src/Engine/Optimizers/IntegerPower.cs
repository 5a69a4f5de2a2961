namespace Distributed.Engine.Optimizers;

/// <summary>xⁿ by repeated squaring: multiplications only, so the same bits on every machine.</summary>
/// <remarks>
/// n is 0 or more. The library's power is the system's and may differ in its last bits from one machine to another.
/// </remarks>
internal static class IntegerPower
{
    internal static double Of(double x, long n)
    {
        var power = 1.0;
        for (; n > 0; n >>= 1, x *= x)
        {
            power = (n & 1) == 1 ? power * x : power;
        }

        return power;
    }
}
