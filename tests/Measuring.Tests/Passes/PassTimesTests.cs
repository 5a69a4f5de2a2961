using Distributed.Measuring.Jobs;
using Distributed.Measuring.Passes;

namespace Distributed.Measuring.Tests.Passes;

public sealed class PassTimesTests
{
    private const int Samples = 8;

    // Forward and weight gradient of every layer, input gradient of all but the first. Whatever the compiler fuses, an
    // operation that has products inside it says so.
    [Theory]
    [InlineData("linear", new long[] { 784 * 10 })]
    [InlineData("mlp:32,16", new long[] { 784 * 32, 32 * 16, 16 * 10 })]
    [InlineData("cnn", new long[] { 26 * 26 * 32 * 9, 24 * 24 * 64 * 9 * 32, 9216 * 128, 128 * 10 })]
    [InlineData("lenet5", new long[] { 28 * 28 * 6 * 25, 10 * 10 * 16 * 25 * 6, 400 * 120, 120 * 84, 84 * 10 })]
    [InlineData(
        "[images, conv(8, size=3, padding=1, stride=2, groups=1), gelu, batchnorm, conv(16, size=3, groups=4), "
        + "dropout(0.2), flatten, layernorm, linear(10)]",
        new long[] { 14 * 14 * 8 * 9, 12 * 12 * 16 * 9 * 2, 12 * 12 * 16 * 10 })]
    public void Operations_CountTheProductsOfEveryLayer(string model, long[] layers)
    {
        var operations = Measure(model);
        var expected = 2.0 * Samples * ((3 * layers.Sum()) - layers[0]);
        Assert.Equal(expected, operations.Sum(operation => operation.Operations));
    }

    [Theory]
    [InlineData("mlp:32")]
    [InlineData("resnet:1")]
    public void Pass_GoesForwardToTheLoss_AndThenBack(string model)
    {
        var operations = Measure(model);
        var firstBackward = operations.Index().First(operation => operation.Item.IsBackward).Index;
        Assert.All(operations.Take(firstBackward), operation => Assert.False(operation.IsBackward));
        Assert.All(operations.Skip(firstBackward), operation => Assert.True(operation.IsBackward));
        Assert.Equal("loss", operations[firstBackward - 1].Layer);
        Assert.NotEqual("loss", operations[0].Layer);
        Assert.All(operations, operation => Assert.True(
            operation.Seconds > 0 && operation.Bytes > 0 && operation.Operation.Length > 0, $"{operation}"));
    }

    private static IReadOnlyList<OperationTime> Measure(string model) =>
        new PassTimes(Workload.Digits(model, model, Samples), microbatchSize: 4).Measure(TimeSpan.Zero);
}
