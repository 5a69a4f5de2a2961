using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Randomness;

namespace Distributed.Engine.Graphs;

/// <summary>
/// How a parameter starts: a function of the job's seed and the parameter's place in the flat buffer.
/// </summary>
public abstract record Initializer
{
    /// <summary>Fills one parameter.</summary>
    /// <remarks>
    /// Units: firstIndex is the parameter's offset in the flat buffer, which keys its random numbers.
    /// </remarks>
    public abstract void Fill(ulong seed, TensorShape shape, long firstIndex, Span<float> values);

    /// <summary>How many terms a sum over a weight's fan has.</summary>
    /// <remarks>
    /// Of a matrix [inputs, outputs] these sizes; of filters [count, channels, rows, columns] what one filter sees and,
    /// going out, what one pixel is seen by; of a vector its length either way.
    /// </remarks>
    protected static int FanOf(TensorShape shape, Fan fan)
    {
        var sizes = shape.Dimensions;
        var count = shape.Rank switch
        {
            0 => 1,
            1 => sizes[0],
            2 => fan == Fan.In ? sizes[0] : sizes[1],
            _ => shape.SampleLength / Math.Max(fan == Fan.In ? sizes[0] : sizes[1], 1),
        };
        return Math.Max(count, 1);
    }

    /// <summary>Numbers of a normal distribution, a function of seed and place as all others.</summary>
    /// <remarks>
    /// Marsaglia's polar method on the place's own draws, with this engine's logarithm, so the same bits everywhere.
    /// </remarks>
    private protected static void FillNormal(
        ulong seed, long firstIndex, Span<float> values, float mean, float deviation)
    {
        var random = new CounterRandom(seed, RandomPurpose.Initialise);
        for (var i = 0; i < values.Length; i++)
        {
            var draws = random.Draws((ulong)(firstIndex + i));
            float x, square;
            do
            {
                (x, var y) = ((2 * draws.NextUniform()) - 1, (2 * draws.NextUniform()) - 1);
                square = (x * x) + (y * y);
            }
            while (square >= 1 || square == 0);

            var scale = MathF.Sqrt(-2 * Transcendental.Log<ScalarLanes, float>(square) / square);
            values[i] = mean + (deviation * (x * scale));
        }
    }

    private protected static void FillUniform(ulong seed, long firstIndex, Span<float> values, float low, float high) =>
        new CounterRandom(seed, RandomPurpose.Initialise).FillUniform(values, (ulong)firstIndex, low, high);
}

/// <summary>Which side of a weight keeps the variance: of values going forward, or of gradients coming back.</summary>
public enum Fan
{
    /// <summary>The inputs of one output.</summary>
    In,

    /// <summary>The outputs of one input.</summary>
    Out,
}

/// <summary>The same value everywhere; 0 by default.</summary>
public sealed record ConstantInitializer(float Value = 0) : Initializer
{
    public override void Fill(ulong seed, TensorShape shape, long firstIndex, Span<float> values) => values.Fill(Value);
}

/// <summary>Uniform in [Low, High).</summary>
public sealed record UniformInitializer(float Low, float High) : Initializer
{
    public override void Fill(ulong seed, TensorShape shape, long firstIndex, Span<float> values) =>
        FillUniform(seed, firstIndex, values, Low, High);
}

/// <summary>Normal with this mean and standard deviation.</summary>
public sealed record NormalInitializer(float Mean = 0, float Deviation = 1) : Initializer
{
    public override void Fill(ulong seed, TensorShape shape, long firstIndex, Span<float> values) =>
        FillNormal(seed, firstIndex, values, Mean, Deviation);
}

/// <summary>Uniform in ±√(6 / fan), which keeps the variance through ReLU layers.</summary>
/// <remarks>Source: He, Zhang, Ren and Sun 2015, "Delving deep into rectifiers".</remarks>
public sealed record HeUniformInitializer(Fan Fan = Fan.In) : Initializer
{
    public override void Fill(ulong seed, TensorShape shape, long firstIndex, Span<float> values)
    {
        var bound = (float)Math.Sqrt(6.0 / FanOf(shape, Fan));
        FillUniform(seed, firstIndex, values, -bound, bound);
    }
}

/// <summary>Normal with variance 2 / fan, which keeps the variance through ReLU layers.</summary>
/// <remarks>Source: He, Zhang, Ren and Sun 2015, "Delving deep into rectifiers".</remarks>
public sealed record HeNormalInitializer(Fan Fan = Fan.In) : Initializer
{
    public override void Fill(ulong seed, TensorShape shape, long firstIndex, Span<float> values) =>
        FillNormal(seed, firstIndex, values, 0, (float)Math.Sqrt(2.0 / FanOf(shape, Fan)));
}

/// <summary>Uniform in ±√(6 / (fan-in + fan-out)), a compromise between both directions.</summary>
/// <remarks>Source: Glorot and Bengio 2010, "Understanding the difficulty of training deep networks".</remarks>
public sealed record XavierUniformInitializer : Initializer
{
    public override void Fill(ulong seed, TensorShape shape, long firstIndex, Span<float> values)
    {
        var bound = (float)Math.Sqrt(6.0 / (FanOf(shape, Fan.In) + FanOf(shape, Fan.Out)));
        FillUniform(seed, firstIndex, values, -bound, bound);
    }
}

/// <summary>Normal with variance 2 / (fan-in + fan-out), a compromise between both directions.</summary>
/// <remarks>Source: Glorot and Bengio 2010, "Understanding the difficulty of training deep networks".</remarks>
public sealed record XavierNormalInitializer : Initializer
{
    public override void Fill(ulong seed, TensorShape shape, long firstIndex, Span<float> values) =>
        FillNormal(
            seed, firstIndex, values, 0, (float)Math.Sqrt(2.0 / (FanOf(shape, Fan.In) + FanOf(shape, Fan.Out))));
}
