using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;
using Distributed.Engine.Training;

namespace Distributed.Engine.Tests.Jobs;

/// <summary>The named models: how many parameters they have, and which data they refuse.</summary>
public sealed class ModelNamesTests
{
    /// <summary>The counts are those of the same networks elsewhere: 1,199,882 is torch's for cnn.</summary>
    [Theory]
    [InlineData("linear", 28, 7850)]
    [InlineData("mlp:512,512", 28, 669_706)]
    [InlineData("cnn", 28, 1_199_882)]
    [InlineData("lenet5", 28, 61_706)]
    [InlineData("lenet5", 32, 61_706)]
    [InlineData("resnet:1", 28, -1)]
    [InlineData("resnet:3", 32, -1)]
    public void Model_HasTheParametersOfItsDescription_WhenItIsBuilt(string name, int side, int parameters)
    {
        var data = Images(side, side);
        var layout = new TrainingGraph(Catalog.Model(name, data), data).Layout;
        Assert.Equal(parameters < 0 ? ResNetParameters(name[^1] - '0') : parameters, layout.Length);
    }

    [Fact]
    public void Model_SaysWhatItNeeds_WhenTheDataAreNoImagesOrTooSmall()
    {
        var table = new ImageSet("t", 1, 4, new byte[8], new byte[2], 2);
        Assert.Equal(
            "--model 'cnn' does not fit images of [batch, 1, 4]: conv2d: the input has shape [batch, 1, 1, 4]: needs "
            + "images of at least 3 by 3 pixels, padding of 0 on each side counted",
            Assert.Throws<UserErrorException>(() => Catalog.Model("cnn", table)).Message);
        var rows = new Rows();
        Assert.Equal(
            "--model 'resnet:2' needs images: samples of rows have shape [4]; choose linear, or mlp: with widths, as "
            + "mlp:512,512",
            Assert.Throws<UserErrorException>(() => Catalog.Model("resnet:2", rows)).Message);
    }

    /// <summary>Counted from the paper's table: filters, four values per channel, and two projections.</summary>
    private static int ResNetParameters(int blocks)
    {
        static int Filters(int from, int to) => (9 * from * to) + (4 * to);
        var total = Filters(1, 16) + (64 * 10) + 10;
        foreach (var (from, to) in new[] { (16, 16), (16, 32), (32, 64) })
        {
            total += Filters(from, to) + Filters(to, to) + (from == to ? 0 : from * to);
            total += (blocks - 1) * 2 * Filters(to, to);
        }

        return total;
    }

    private static ImageSet Images(int rows, int columns) =>
        new("images", rows, columns, new byte[2 * rows * columns], new byte[2], 10);

    private sealed class Rows() : DataSet("rows", 2, [4], TaskKind.Classification, 2)
    {
        public override void ReadFeatures(int sample, Span<float> destination) => destination.Fill(sample);

        public override void ReadTarget(int sample, Span<float> destination) => destination.Fill(sample);

        protected override string ComputeContentHash() => "rows";
    }
}
