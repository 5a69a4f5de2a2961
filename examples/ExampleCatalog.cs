namespace Distributed.Examples;

/// <summary>All examples, in an order in which they can be read.</summary>
public static class ExampleCatalog
{
    public static IReadOnlyList<IExample> All { get; } =
    [
        new Derivative(),
        new StudyHoursSlope(),
        new StudyHoursLine(),
        new Celsius(),
        new Polynomial(),
        new Directional(),
        new ComputationalGraph(),
        new Jacobian(),
        new Shapes(),
        new ToyLayer(),
        new TwoLayerGradient(),
        new SigmoidMlp(),
        new NineParameters(),
        new Perceptron(),
        new XorByHand(),
        new XorLearned(),
        new Circle(),
        new SoftmaxMean(),
        new RandomRegression(),
        new DataParallel(),
        new Optimizers(),
        new Regularisers(),
        new DigitsMlp(),
        new ConvolutionTheorem(),
        new DigitsCnn(),
    ];

    /// <summary>The example of that name, or null.</summary>
    public static IExample? Find(string name) => All.FirstOrDefault(example => example.Name == name);
}
