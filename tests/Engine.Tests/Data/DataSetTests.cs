using Distributed.Engine.Data;
using Distributed.Engine.Randomness;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Engine.Tests.Data;

public sealed class DataSetTests
{
    private static readonly ImageSet Images = new("images", 2, 3,
        [0, 1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 255, 9, 8, 7, 6, 5, 4], [2, 0, 1], 3);

    private static readonly TableSet Table = new("table", 2, [1, 2, 3, 4, 5, 6], [0.5f, -1, 7], 0);

    [Fact]
    public void ImageSet_ReadsScaledBytesAndLabels()
    {
        var features = new float[6];
        var target = new float[1];
        Images.ReadFeatures(1, features);
        Images.ReadTarget(0, target);
        Assert.Equal(new float[] { 10, 20, 30, 40, 50, 255 }.Select(pixel => pixel * (1f / 255f)), features);
        Assert.Equal(1f, features[5]);
        Assert.Equal(2f, target[0]);
        Assert.Equal([2, 3], Images.SampleShape);
        Assert.Equal((6, 3, 1, TaskKind.Classification),
            (Images.FeatureCount, Images.ClassCount, Images.TargetWidth, Images.Task));
        Assert.Equal(["0", "1", "2"], Images.ClassNames);
    }

    // Every length to two vectors and more, several offsets, all bytes: the bits of the definition.
    [Fact]
    public void Scale_EqualsItsDefinition_ForEveryLengthAndOffset()
    {
        var pixels = Enumerable.Range(0, 600).Select(i => unchecked((byte)(i * 89))).ToArray();
        for (var length = 0; length <= 257; length++)
        {
            for (var start = 0; start < 5; start++)
            {
                var defined = new float[length + 2];
                var scaled = new float[length + 2];
                ImageSet.ScaleDefinition(pixels.AsSpan(start, length), defined.AsSpan(1, length));
                ImageSet.Scale(pixels.AsSpan(start, length), scaled.AsSpan(1, length));
                Assert.Equal(defined.Select(BitConverter.SingleToInt32Bits),
                    scaled.Select(BitConverter.SingleToInt32Bits));
            }
        }
    }

    [Fact]
    public void TableSet_ReadsRowsAndTargets()
    {
        var features = new float[2];
        var target = new float[1];
        Table.ReadFeatures(2, features);
        Table.ReadTarget(2, target);
        Assert.Equal([5f, 6f], features);
        Assert.Equal(7f, target[0]);
        Assert.Equal((TaskKind.Regression, 0, 2), (Table.Task, Table.ClassCount, Table.FeatureCount));
        Assert.Empty(Table.ClassNames);
    }

    [Fact]
    public void Read_Refuses_WhenSampleOrLengthIsWrong()
    {
        foreach (var set in (DataSet[])[Images, Table, new Subset(Images, 1, 2), new Subset(Table, 1, 2)])
        {
            var features = new float[set.FeatureCount];
            Assert.Throws<ArgumentOutOfRangeException>(() => set.ReadFeatures(-1, features));
            Assert.Throws<ArgumentOutOfRangeException>(() => set.ReadFeatures(set.Count, features));
            Assert.Throws<ArgumentOutOfRangeException>(() => set.ReadTarget(set.Count, new float[1]));
            Assert.Throws<ArgumentException>(() => set.ReadFeatures(0, new float[set.FeatureCount + 1]));
            Assert.Throws<ArgumentException>(() => set.ReadTarget(0, new float[2]));
        }
    }

    [Fact]
    public void Sets_Refuse_WhenLengthsOrLabelsDoNotFit()
    {
        Assert.Throws<ArgumentException>(() => new ImageSet("x", 2, 2, new byte[7], new byte[2], 1));
        Assert.Throws<ArgumentException>(() => new ImageSet("x", 1, 1, new byte[2], [0, 3], 3));
        Assert.Throws<ArgumentException>(() => new TableSet("x", 2, new float[3], new float[2], 0));
        Assert.Throws<ArgumentException>(() => new TableSet("x", 1, new float[2], [0, 1.5f], 2));
        Assert.Throws<ArgumentException>(() => new TableSet("x", 1, new float[2], [0, float.NaN], 2));
        Assert.Throws<ArgumentException>(() => new TableSet("x", 1, new float[2], [0, 1], 2, ["one"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Subset(Images, 2, 2));
        Assert.Throws<ArgumentException>(() => new Subset(Images, 0, 1, new Permutation(4, 0, RandomPurpose.Holdout)));
        Assert.Throws<ArgumentException>(() => new DataSplit(Images, Table));
        Assert.Throws<ArgumentException>(() => new DataSplit(new Subset(Images, 0, 0), null));
    }

    [Fact]
    public void Subset_SeesTheSamplesOfItsRange_WhateverTheOrder() =>
        Check.QuickThrowOnFailure(Prop.ForAll<byte, byte, byte>((a, b, seed) =>
        {
            var count = 1 + Math.Max(a, b);
            var whole = new TableSet("whole", 1, [.. Enumerable.Range(0, count).Select(i => (float)i)],
                new float[count], 0);
            var order = new Permutation(count, seed, RandomPurpose.Holdout);
            var (first, length) = (Math.Min(a, b), Math.Abs(a - b) + 1);
            var plain = new Subset(whole, first, length);
            var shuffled = new Subset(whole, first, length, order);
            var value = new float[1];
            for (var i = 0; i < length; i++)
            {
                plain.ReadFeatures(i, value);
                Assert.Equal(first + i, value[0]);
                shuffled.ReadFeatures(i, value);
                Assert.Equal(order[first + i], value[0]);
            }
        }));

    [Fact]
    public void ContentHash_Differs_ExactlyWhenContentDoes()
    {
        byte[] pixels = [.. Images.Pixels(0), .. Images.Pixels(1), .. Images.Pixels(2)];
        var order = new Permutation(3, 1, RandomPurpose.Holdout);
        DataSet[] sets =
        [
            Images, new ImageSet("images", 3, 2, pixels, [2, 0, 1], 3),
            new ImageSet("images", 2, 3, pixels, [2, 0, 2], 3),
            Table, new TableSet("table", 2, [1, 2, 3, 4, 5, 7], [0.5f, -1, 7], 0),
            new TableSet("t", 1, [1, 2], [0, 1], 2), new TableSet("t", 1, [1, 2], [0, 1], 2, ["a", "b"]),
            new Subset(Images, 0, 2), new Subset(Images, 1, 2), new Subset(Images, 0, 3),
            new Subset(Images, 0, 3, order),
            DigitGenerator.Generate(1, DigitPart.Train, 2), DigitGenerator.Generate(2, DigitPart.Train, 2),
            DigitGenerator.Generate(1, DigitPart.Test, 2), DigitGenerator.Generate(1, DigitPart.Train, 3),
        ];
        Assert.Equal(sets.Length, sets.Select(set => set.ContentHash).Distinct().Count());
        Assert.All(sets, set => Assert.Matches("^[0-9a-f]{64}$", set.ContentHash));
        Assert.Equal(Table.ContentHash, new TableSet("other", 2, [1, 2, 3, 4, 5, 6], [0.5f, -1, 7], 0).ContentHash);
        Assert.Equal(sets[11].ContentHash, DigitGenerator.Generate(1, DigitPart.Train, 2).ContentHash);
    }
}
