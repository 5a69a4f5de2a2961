using Distributed.Engine.Data;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Tests.Data;

public sealed class DataPackTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Pack_GivesTheSameSamplesAndIdentity_WithAndWithoutHeldOut(int testCount)
    {
        var data = DataCatalog.Load(new DataOptions { TrainCount = 13, TestCount = testCount, Seed = 5 });
        var (train, test) = DataPack.Unpack(DataPack.Pack(data));
        AssertSame(data.Train, train);
        Assert.Equal(data.Test is null, test is null);
        if (data.Test is not null)
        {
            AssertSame(data.Test, test!);
        }
    }

    [Fact]
    public void Pack_KeepsNumbersInBits_WhenTheyAreTargets()
    {
        var table = new TableSet("t", 2, [1.5f, -0f, float.MaxValue, 1e-40f], [0.1f, -3f], 0);
        var (train, _) = DataPack.Unpack(DataPack.Pack(new DataSplit(table, null)));
        AssertSame(table, train);
    }

    [Fact]
    public void Pack_KeepsWeightsAndIdentity_OfBothParts()
    {
        var table = new TableSet("t", 2, [1, 2, 3, 4, 5, 6], [0.1f, -3f, 7], 0, null, [0, 1e-30f, 2.5f]);
        var held = new TableSet("h", 2, [9, 8], [1], 0, null, [0.25f]);
        var (train, test) = DataPack.Unpack(DataPack.Pack(new DataSplit(table, held)));
        AssertSame(table, train);
        AssertSame(held, test!);
        Assert.Equal([0, 1e-30f, 2.5f], Enumerable.Range(0, 3).Select(train.Weight));
        Assert.Equal(0.25f, test!.Weight(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => train.Weight(3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(500)]
    public void Unpack_RefusesTheWhole_WhenAnyFloatIsDamaged(int place)
    {
        var pack = DataPack.Pack(DataCatalog.Load(new DataOptions { TrainCount = 3, TestCount = 0 }));
        pack.Span[place] = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(pack.Span[place]) ^ 1);
        Assert.Throws<InvalidDataException>(() => DataPack.Unpack(pack));
    }

    [Fact]
    public void Unpack_RefusesTheWhole_WhenItIsCutOff()
    {
        var pack = DataPack.Pack(DataCatalog.Load(new DataOptions { TrainCount = 3, TestCount = 0 }));
        foreach (var length in new[] { 0, 5, 9, 100, pack.Length - 1 })
        {
            var part = new AlignedBuffer(length);
            pack.Span[..length].CopyTo(part.Span);
            Assert.Throws<InvalidDataException>(() => DataPack.Unpack(part));
        }
    }

    private static void AssertSame(DataSet expected, DataSet actual)
    {
        Assert.Equal(
            (expected.Name, expected.Count, expected.Task, expected.ClassCount, expected.TargetWidth),
            (actual.Name, actual.Count, actual.Task, actual.ClassCount, actual.TargetWidth));
        Assert.Equal(expected.SampleShape, actual.SampleShape);
        Assert.Equal(expected.ClassNames, actual.ClassNames);
        Assert.Equal(expected.ContentHash, actual.ContentHash);
        for (var sample = 0; sample < expected.Count; sample++)
        {
            Assert.Equal(Bits(expected, sample), Bits(actual, sample));
        }
    }

    private static int[] Bits(DataSet set, int sample)
    {
        var floats = new float[set.FeatureCount + set.TargetWidth];
        set.ReadFeatures(sample, floats.AsSpan(0, set.FeatureCount));
        set.ReadTarget(sample, floats.AsSpan(set.FeatureCount));
        return [.. floats.Select(BitConverter.SingleToInt32Bits)];
    }
}
