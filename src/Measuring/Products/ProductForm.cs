namespace Distributed.Measuring.Products;

/// <summary>The three matrix products of a linear layer.</summary>
public enum ProductForm
{
    /// <summary>X·W: [samples, inputs] times [inputs, outputs].</summary>
    Forward,

    /// <summary>dY·Wᵀ: [samples, outputs] times [outputs, inputs].</summary>
    InputGradient,

    /// <summary>Xᵀ·dY along the canonical tree: [inputs, samples] times [samples, outputs].</summary>
    WeightGradient,
}

/// <summary>A linear layer's sizes.</summary>
public readonly record struct ProductSize(int Samples, int Inputs, int Outputs)
{
    /// <summary>Of usual layers, the small batches and the narrow outputs.</summary>
    public static IReadOnlyList<ProductSize> Usual { get; } =
    [
        new(256, 784, 512), new(512, 512, 512), new(1024, 1024, 1024), new(256, 2048, 2048),
        new(8, 784, 512), new(16, 784, 512), new(32, 784, 512), new(64, 784, 512),
        new(64, 1000, 100), new(256, 512, 10), new(64, 100, 10),
    ];

    /// <summary>Multiplications and additions of each of the three products.</summary>
    public double Operations => 2.0 * Samples * Inputs * Outputs;

    public override string ToString() => $"{Samples}×{Inputs}×{Outputs}";
}
