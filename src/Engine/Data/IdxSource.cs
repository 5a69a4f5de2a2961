using Distributed.Engine.Errors;

namespace Distributed.Engine.Data;

/// <summary>A folder of IDX files as the MNIST family names them.</summary>
/// <remarks>
/// A file name ends in train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte or
/// t10k-labels-idx1-ubyte, plain or with .gz; test- for t10k-, .idx for -idx and a prefix such as emnist-letters- are
/// understood. A plain file is preferred to its .gz.
/// Both pairs there and no holdout: the t10k pair is held out. Both pairs and a holdout: that fraction of the train
/// pair is held out and the t10k pair is not opened, so that it stays unseen until a last evaluation.
/// One pair only, whichever: a holdout of it, by default 0.2.
/// </remarks>
internal static class IdxSource
{
    private static readonly string[] TestParts = ["t10k", "test"];
    private static readonly string[] TrainParts = ["train"];

    internal static DataSplit Load(string folder, DataOptions options)
    {
        var names = FileNames(folder);
        var train = FindPair(folder, names, TrainParts);
        var test = FindPair(folder, names, TestParts);
        var only = train ?? test ?? throw new UserErrorException($"{folder}: holds no IDX images; needed are " +
            "train-images-idx3-ubyte and train-labels-idx1-ubyte, the t10k- pair, or both, plain or .gz");
        if (train is null || test is null || options.Holdout is not null)
        {
            var pair = ReadPair(only);
            return Holdout.Split(pair.ToSet(ClassCount(pair)), options);
        }
        var (trainPair, testPair) = (ReadPair(train), ReadPair(test));
        if ((trainPair.Rows, trainPair.Columns) != (testPair.Rows, testPair.Columns))
        {
            throw new UserErrorException($"{test.Images}: its images are {testPair.Rows}×{testPair.Columns}, " +
                $"those of {train.Images} {trainPair.Rows}×{trainPair.Columns}; bring files of one data set");
        }

        var classCount = Math.Max(ClassCount(trainPair), ClassCount(testPair));
        return new DataSplit(trainPair.ToSet(classCount), testPair.ToSet(classCount));
    }

    private static List<string> FileNames(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException($"{folder}: there is no such folder; --data idx:DIR needs the folder of the " +
                "IDX files");
        }

        try
        {
            var names = Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).ToList();
            names.Sort(StringComparer.Ordinal);
            return names;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{folder}: cannot be listed; check the folder's rights");
        }
    }

    private static PairPaths? FindPair(string folder, List<string> names, string[] parts)
    {
        var images = FindFile(folder, names, parts, "images-idx3-ubyte");
        var labels = FindFile(folder, names, parts, "labels-idx1-ubyte");
        if (images is null && labels is null)
        {
            return null;
        }

        if (images is null || labels is null)
        {
            var (seen, missing) = images is null ? (labels, "images-idx3-ubyte") : (images, "labels-idx1-ubyte");
            throw new UserErrorException($"{seen}: stands alone; needed beside it is {parts[0]}-{missing} or " +
                $"{parts[0]}-{missing}.gz");
        }
        return new PairPaths(images, labels);
    }

    private static string? FindFile(string folder, List<string> names, string[] parts, string ending)
    {
        var found = names.Where(name => parts.Any(part => IsNamed(name, $"{part}-{ending}"))).ToList();
        if (found.Count > 1)
        {
            found.RemoveAll(name => IdxFile.IsCompressed(name) && found.Contains(name[..^".gz".Length]));
        }

        if (found.Count > 1)
        {
            throw new UserErrorException($"{folder}: {found[0]} and {found[1]} both fit; keep one data set per folder");
        }

        return found.Count == 0 ? null : Path.Combine(folder, found[0]);
    }

    private static bool IsNamed(string name, string ending)
    {
        var plain = IdxFile.IsCompressed(name) ? name[..^".gz".Length] : name;
        plain = plain.Replace(".idx", "-idx", StringComparison.Ordinal);
        return plain == ending || plain.EndsWith("-" + ending, StringComparison.Ordinal);
    }

    private static ImagePair ReadPair(PairPaths paths)
    {
        var (count, rows, columns, pixels) = IdxFile.ReadImages(paths.Images);
        var labels = IdxFile.ReadLabels(paths.Labels);
        if (labels.Length != count)
        {
            throw new UserErrorException($"{paths.Labels}: holds {labels.Length} labels, but {paths.Images} holds " +
                $"{count} images: sample {Math.Min(labels.Length, count)} has only one of both; bring a matching pair");
        }

        return new ImagePair(paths.Images, rows, columns, pixels, labels);
    }

    private static int ClassCount(ImagePair pair) => pair.Labels.Max() + 1;

    private sealed record PairPaths(string Images, string Labels);

    private sealed record ImagePair(string Name, int Rows, int Columns, byte[] Pixels, byte[] Labels)
    {
        internal ImageSet ToSet(int classCount) => new(Name, Rows, Columns, Pixels, Labels, classCount);
    }
}
