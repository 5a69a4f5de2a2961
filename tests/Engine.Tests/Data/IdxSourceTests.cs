using System.Buffers.Binary;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Engine.Tests.Data;

public sealed class IdxSourceTests
{
    private const string TrainImages = "train-images-idx3-ubyte";
    private const string TrainLabels = "train-labels-idx1-ubyte";
    private const string TestImages = "t10k-images-idx3-ubyte";
    private const string TestLabels = "t10k-labels-idx1-ubyte";

    [Theory]
    [InlineData("", "t10k", "")]
    [InlineData("", "t10k", ".gz")]
    [InlineData("emnist-letters-", "test", ".gz")]
    public void Load_ReadsBothPairs_WhenTheyAreThere(string prefix, string test, string ending)
    {
        using var folder = new TemporaryFolder();
        folder.Write($"{prefix}{TrainImages}{ending}", Images(2, 1, 3, [1, 2, 3, 4, 5, 255]));
        folder.Write($"{prefix}{TrainLabels}{ending}", Labels([0, 3]));
        folder.Write($"{prefix}{test}-images-idx3-ubyte{ending}", Images(1, 1, 3, [7, 8, 9]));
        folder.Write($"{prefix}{test}-labels-idx1-ubyte{ending}", Labels([6]));
        var (train, held) = Load(folder);
        Assert.Equal((2, 1, 7, 7), (train.Count, held!.Count, train.ClassCount, held.ClassCount));
        Assert.Equal([1, 3], train.SampleShape);
        Assert.Equal([4, 5, 255], ((ImageSet)train).Pixels(1).ToArray());
        Assert.Equal([7, 8, 9], ((ImageSet)held).Pixels(0).ToArray());
        Assert.Equal((3, 6), (((ImageSet)train).Label(1), ((ImageSet)held).Label(0)));
    }

    [Theory]
    [InlineData("train", null, 80, 20)]
    [InlineData("t10k", null, 80, 20)]
    [InlineData("t10k", 0.5, 50, 50)]
    public void Load_SplitsTheOnlyPair_ByHoldout(string part, double? holdout, int trainCount, int testCount)
    {
        using var folder = new TemporaryFolder();
        WriteNumbered(folder, part, 100);
        var (train, test) = Load(folder, holdout);
        Assert.Equal((trainCount, testCount), (train.Count, test!.Count));
        Assert.Equal(Enumerable.Range(0, 100), Contents(train).Concat(Contents(test)).Order());
        Assert.Equal(Contents(test), Contents(Load(folder, holdout).Test!));
        Assert.NotEqual(Contents(test), Contents(Load(folder, holdout, seed: 2).Test!));
    }

    // With a holdout the test files stay unseen: here they could not even be read.
    [Fact]
    public void Load_SplitsTheTrainingFilesOnly_WhenHoldoutIsGivenAndBothPairsAreThere()
    {
        using var folder = new TemporaryFolder();
        WriteNumbered(folder, "train", 10);
        folder.Write(TestImages, [1, 2, 3]);
        folder.Write(TestLabels, [1, 2, 3]);
        var (train, test) = Load(folder, 0.3);
        Assert.Equal((7, 3), (train.Count, test!.Count));
    }

    [Fact]
    public void Load_PrefersThePlainFile_WhenItsGzIsThereToo()
    {
        using var folder = new TemporaryFolder();
        WriteNumbered(folder, "train", 10);
        folder.Write(TrainImages + ".gz", [1]);
        Assert.Equal(8, Load(folder).Train.Count);
    }

    [Fact]
    public void Load_ReadsBackWhatWasWritten_ForAnyImages() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll<byte, byte, byte[]>((n, side, noise) =>
        {
            var (count, rows, columns) = (2 + n % 20, 1 + side % 9, 1 + side / 9 % 9);
            var pixels = Enumerable.Range(0, count * rows * columns)
                .Select(i => noise.Length == 0 ? unchecked((byte)i) : noise[i % noise.Length]).ToArray();
            var labels = Enumerable.Range(0, count).Select(i => unchecked((byte)(i * 31 + n))).ToArray();
            using var folder = new TemporaryFolder();
            foreach (var part in (string[])["train", "t10k"])
            {
                var ending = n % 2 == 0 ? ".gz" : "";
                folder.Write($"{part}-images-idx3-ubyte{ending}", Images(count, rows, columns, pixels));
                folder.Write($"{part}-labels-idx1-ubyte", Labels(labels));
            }
            var (train, test) = Load(folder);
            foreach (var set in (ImageSet[])[(ImageSet)train, (ImageSet)test!])
            {
                Assert.Equal(pixels, Enumerable.Range(0, count).SelectMany(i => set.Pixels(i).ToArray()));
                Assert.Equal(labels.Select(label => (int)label), Enumerable.Range(0, count).Select(set.Label));
            }
        }));

    public static TheoryData<string, byte[]?, string> Mistakes => new()
    {
        { TrainImages, [], "DIR/train-images-idx3-ubyte: ends at byte 0, inside the header of 16 bytes of IDX " +
            "images; fetch it again" },
        { TrainImages, [0, 0, 8, 3, 0, 0], "DIR/train-images-idx3-ubyte: ends at byte 6, inside the header of 16 " +
            "bytes of IDX images; fetch it again" },
        { TrainImages, Labels([0, 0, 0, 0, 0, 0, 0, 0, 0]), "DIR/train-images-idx3-ubyte: starts with 0x00000801 " +
            "at byte 0, IDX images start with 0x00000803: this is a file of labels; check its name" },
        { TrainLabels, Images(2, 1, 1, [1, 2]), "DIR/train-labels-idx1-ubyte: starts with 0x00000803 at byte 0, " +
            "IDX labels start with 0x00000801: this is a file of images; check its name" },
        { TrainImages, [0x1F, 0x8B, 8, 0, 0], "DIR/train-images-idx3-ubyte: starts with 0x1F8B0800 at byte 0, IDX " +
            "images start with 0x00000803: this is a gzip file; its name must end in .gz" },
        { TrainImages, "hello world, no idx"u8.ToArray(), "DIR/train-images-idx3-ubyte: starts with 0x68656C6C at " +
            "byte 0, IDX images start with 0x00000803: it is no IDX file of unsigned bytes" },
        { TrainImages, Images(2, 1, 2, [1, 2, 3]), "DIR/train-images-idx3-ubyte: its header promises 2×1×2 images, " +
            "but the file can hold 3; it is cut off or damaged, fetch it again" },
        { TrainImages, Images(2, 1, 2, [1, 2, 3, 4, 5]), "DIR/train-images-idx3-ubyte: its header promises 2×1×2 " +
            "images, which end at byte 20, but the file goes on; fetch it again" },
        { TrainImages, Images(uint.MaxValue, uint.MaxValue, uint.MaxValue, [1]), "DIR/train-images-idx3-ubyte: its " +
            "header promises 4294967295×4294967295×4294967295 images, but the file can hold 1; it is cut off or " +
            "damaged, fetch it again" },
        { TrainImages, Images(2, 0, 2, []), "DIR/train-images-idx3-ubyte: dimension 2 of 3, at byte 8, is 0; an " +
            "IDX file of images without elements cannot be used" },
        { TrainLabels, Labels([]), "DIR/train-labels-idx1-ubyte: dimension 1 of 1, at byte 4, is 0; an IDX file of " +
            "labels without elements cannot be used" },
        { TrainLabels, Labels([1, 2, 3]), "DIR/train-labels-idx1-ubyte: holds 3 labels, but " +
            "DIR/train-images-idx3-ubyte holds 2 images: sample 2 has only one of both; bring a matching pair" },
        { TrainLabels, null, "DIR/train-images-idx3-ubyte: stands alone; needed beside it is " +
            "train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz" },
        { TrainImages, null, "DIR/train-labels-idx1-ubyte: stands alone; needed beside it is " +
            "train-images-idx3-ubyte or train-images-idx3-ubyte.gz" },
        { "emnist-digits-" + TrainImages, Images(2, 1, 1, [1, 2]), "DIR: emnist-digits-train-images-idx3-ubyte and " +
            "train-images-idx3-ubyte both fit; keep one data set per folder" },
        { TestImages, Images(1, 1, 1, [1]), "DIR/t10k-images-idx3-ubyte: its images are 1×1, those of " +
            "DIR/train-images-idx3-ubyte 1×2; bring files of one data set" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Load_SaysInOneLineWhatIsWrong_WhenAFileIsWrong(string name, byte[]? content, string line)
    {
        using var folder = new TemporaryFolder();
        folder.Write(TrainImages, Images(2, 1, 2, [1, 2, 3, 4]));
        folder.Write(TrainLabels, Labels([0, 1]));
        if (name == TestImages)
        {
            folder.Write(TestLabels, Labels([0]));
        }

        if (content is null)
        {
            File.Delete(folder.File(name));
        }
        else
        {
            folder.Write(name, content);
        }

        Assert.Equal(line, Mistake(folder));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(2000)]
    public void Load_NamesTheFile_WhenAGzIsCutOff(int bytesLeft)
    {
        using var folder = new TemporaryFolder();
        var random = Enumerable.Range(0, 4000).Select(i => unchecked((byte)(i * i * 31 >> 3))).ToArray();
        var path = folder.Write(TrainImages + ".gz", Images(40, 10, 10, random));
        folder.Write(TrainLabels, Labels(new byte[40]));
        var packed = File.ReadAllBytes(path);
        File.WriteAllBytes(path, packed[..Math.Min(bytesLeft, packed.Length / 2)]);
        Assert.StartsWith("DIR/train-images-idx3-ubyte.gz: ", Mistake(folder));
    }

    [Fact]
    public void Load_NamesTheFile_WhenAGzIsDamagedOrNone()
    {
        using var folder = new TemporaryFolder();
        folder.Write(TrainLabels, Labels([0, 1]));
        var path = folder.Write(TrainImages + ".gz", Images(2, 1, 2, [1, 2, 3, 4]));
        var packed = File.ReadAllBytes(path);
        packed[^6] ^= 1;
        File.WriteAllBytes(path, packed);
        const string Line = "DIR/train-images-idx3-ubyte.gz: cannot be unpacked as gzip: it is damaged, cut off or " +
            "not gzip; fetch it again, or drop .gz from its name if it is plain";
        Assert.Equal(Line, Mistake(folder));
        File.WriteAllBytes(path, Images(2, 1, 2, [1, 2, 3, 4]));
        Assert.Equal(Line, Mistake(folder));
    }

    // A gz of a kilobyte that promises 3 GB is refused before anything is allocated for it.
    [Fact]
    public void Load_AllocatesNothing_WhenAHeaderPromisesMoreThanTheFileCanHold()
    {
        using var folder = new TemporaryFolder();
        folder.Write(TrainImages + ".gz", Images(40_000_000, 8, 8, new byte[100_000]));
        folder.Write(TrainLabels, Labels([0]));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("40000000×8×8 images, but the file can hold", Mistake(folder));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Load_NamesTheFolder_WhenItIsMissingOrEmpty()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("DIR: holds no IDX images; needed are train-images-idx3-ubyte and train-labels-idx1-ubyte, " +
            "the t10k- pair, or both, plain or .gz", Mistake(folder));
        var error = Assert.Throws<UserErrorException>(
            () => DataCatalog.Load(new DataOptions { Source = "idx:/no/such" }));
        Assert.Equal("/no/such: there is no such folder; --data idx:DIR needs the folder of the IDX files",
            error.Message);
    }

    [Theory]
    [InlineData(0.1, "held-out")]
    [InlineData(0.9, "training")]
    public void Load_NamesTheEmptyPart_WhenHoldoutLeavesOne(double holdout, string part)
    {
        using var folder = new TemporaryFolder();
        WriteNumbered(folder, "train", 3);
        Assert.Equal($"DIR/{TrainImages}: --holdout {holdout} of its 3 samples leaves no {part} sample; " +
            "choose another fraction or bring more samples", Mistake(folder, holdout));
    }

    private static DataSplit Load(TemporaryFolder folder, double? holdout = null, ulong seed = 1) =>
        DataCatalog.Load(new DataOptions { Source = "idx:" + folder.Path, Holdout = holdout, Seed = seed });

    private static string Mistake(TemporaryFolder folder, double? holdout = null)
    {
        var line = Assert.Throws<UserErrorException>(() => Load(folder, holdout)).Message;
        Assert.DoesNotContain('\n', line);
        return line.Replace(folder.Path, "DIR", StringComparison.Ordinal);
    }

    /// <summary>Images of one pixel, whose pixel and label are the sample's number.</summary>
    private static void WriteNumbered(TemporaryFolder folder, string part, int count)
    {
        var numbers = Enumerable.Range(0, count).Select(i => (byte)i).ToArray();
        folder.Write($"{part}-images-idx3-ubyte", Images((uint)count, 1, 1, numbers));
        folder.Write($"{part}-labels-idx1-ubyte", Labels(numbers));
    }

    private static List<int> Contents(DataSet set)
    {
        var target = new float[1];
        var seen = new List<int>();
        for (var sample = 0; sample < set.Count; sample++)
        {
            set.ReadTarget(sample, target);
            seen.Add((int)target[0]);
            set.ReadFeatures(sample, target);
            Assert.Equal(seen[^1] * (1f / 255f), target[0]);
        }
        return seen;
    }

    private static byte[] Images(long count, long rows, long columns, byte[] pixels) =>
        [0, 0, 8, 3, .. BigEndian(count), .. BigEndian(rows), .. BigEndian(columns), .. pixels];

    private static byte[] Labels(byte[] labels) => [0, 0, 8, 1, .. BigEndian(labels.Length), .. labels];

    private static byte[] BigEndian(long value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)value);
        return bytes;
    }
}
