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

    /// <summary>Inputs of a weight matrix [inputs, outputs]: the sums it makes have so many terms.</summary>
    protected static int FanIn(TensorShape shape) => shape.Rank == 0 ? 1 : shape.Dimensions[0];
}

/// <summary>The same value everywhere.</summary>
public sealed record ConstantInitializer(float Value = 0) : Initializer
{
    public override void Fill(ulong seed, TensorShape shape, long firstIndex, Span<float> values) => values.Fill(Value);
}

/// <summary>Uniform in [Low, High).</summary>
public sealed record UniformInitializer(float Low, float High) : Initializer
{
    public override void Fill(ulong seed, TensorShape shape, long firstIndex, Span<float> values) =>
        new CounterRandom(seed, RandomPurpose.Initialise).FillUniform(values, (ulong)firstIndex, Low, High);
}

/// <summary>Uniform in ±√(6 / fan-in), which keeps the variance through ReLU layers.</summary>
/// <remarks>Source: He, Zhang, Ren and Sun 2015, "Delving deep into rectifiers".</remarks>
public sealed record HeUniformInitializer : Initializer
{
    public override void Fill(ulong seed, TensorShape shape, long firstIndex, Span<float> values)
    {
        var bound = (float)Math.Sqrt(6.0 / Math.Max(FanIn(shape), 1));
        new CounterRandom(seed, RandomPurpose.Initialise).FillUniform(values, (ulong)firstIndex, -bound, bound);
    }
}
