using System.Runtime.Intrinsics.X86;

namespace Distributed.Engine.Data;

/// <summary>What is predicted: one of several classes, or a number.</summary>
public enum TaskKind
{
    /// <summary>The target is a class index, 0 to ClassCount − 1, stored as a float.</summary>
    Classification,

    /// <summary>The target is a number.</summary>
    Regression,
}

/// <summary>Samples that can be read by index, in any order, from any thread.</summary>
/// <remarks>
/// Shapes: features of one sample are [FeatureCount], the row-major elements of SampleShape;
/// its target is [TargetWidth]. Reading allocates nothing and gives the same bits every time.
/// Errors: reading throws ArgumentOutOfRangeException for a sample outside [0, Count) and ArgumentException
/// for a destination of another length, before anything is written.
/// </remarks>
public abstract class DataSet
{
    private const int LineBytes = 64;

    private readonly Lazy<string> _contentHash;

    /// <summary>States what every data set has to know; classCount is 0 for regression.</summary>
    protected DataSet(string name, int count, IReadOnlyList<int> sampleShape, TaskKind task, int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (sampleShape.Any(side => side <= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(sampleShape), "every side of a sample is at least 1");
        }

        if (task == TaskKind.Classification != classCount > 0)
        {
            throw new ArgumentOutOfRangeException(nameof(classCount), $"{classCount} classes do not go with {task}");
        }

        Name = name;
        Count = count;
        SampleShape = [.. sampleShape];
        FeatureCount = sampleShape.Aggregate(1, (product, side) => checked(product * side));
        Task = task;
        ClassCount = classCount;
        _contentHash = new Lazy<string>(ComputeContentHash);
    }

    /// <summary>Where the data come from and which part of them this is, for people.</summary>
    public string Name { get; }

    /// <summary>The number of samples.</summary>
    public int Count { get; }

    /// <summary>The sides of one sample, outermost first: [28, 28] for an image, [4] for a table row.</summary>
    public IReadOnlyList<int> SampleShape { get; }

    /// <summary>Features per sample: the product of SampleShape.</summary>
    public int FeatureCount { get; }

    /// <summary>What is predicted.</summary>
    public TaskKind Task { get; }

    /// <summary>The number of classes; 0 for regression.</summary>
    public int ClassCount { get; }

    /// <summary>Floats per target: 1, a class index or a number.</summary>
    public virtual int TargetWidth => 1;

    /// <summary>True where samples count differently; see <see cref="Weight"/>. Default false.</summary>
    public virtual bool HasWeights => false;

    /// <summary>How much a sample counts in the loss: 0 or more. Default 1.</summary>
    public virtual float Weight(int sample) => 1;

    /// <summary>What the classes are called, in index order; the indices themselves where the data give no names,
    /// empty for regression.</summary>
    public virtual IReadOnlyList<string> ClassNames =>
        [.. Enumerable.Range(0, ClassCount).Select(index => index.ToString())];

    /// <summary>SHA-256, in lower-case hex, of what the samples depend on: equal hashes mean equal samples.</summary>
    /// <remarks>Computed on first use and kept; lets a resumed run check that it goes on with its data.</remarks>
    public string ContentHash => _contentHash.Value;

    /// <summary>Writes the features of one sample, [FeatureCount].</summary>
    public abstract void ReadFeatures(int sample, Span<float> destination);

    /// <summary>Writes the target of one sample, [TargetWidth].</summary>
    public abstract void ReadTarget(int sample, Span<float> destination);

    /// <summary>
    /// Says that a sample will be read soon: who keeps samples in memory may <see cref="Ask"/> for it.
    /// Nothing depends on it; by default it does nothing.
    /// </summary>
    public virtual void Expect(int sample)
    {
    }

    /// <summary>Asks the processor to have values ready in its caches; goes on at once and changes nothing.</summary>
    protected static unsafe void Ask<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        fixed (T* start = values)
        {
            for (var at = 0; Sse.IsSupported && at < values.Length; at += LineBytes / sizeof(T))
            {
                Sse.Prefetch0(start + at);
            }
        }
    }

    /// <summary>The value of ContentHash; called once at most.</summary>
    protected abstract string ComputeContentHash();

    /// <summary>Throws unless the sample exists and the destination has the length needed.</summary>
    protected void CheckRead(int sample, int destinationLength, int neededLength)
    {
        if ((uint)sample >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(sample), $"{Name} has {Count} samples, no sample {sample}");
        }

        if (destinationLength != neededLength)
        {
            throw new ArgumentException($"{Name}: the destination holds {destinationLength} floats, " +
                $"one sample has {neededLength}", nameof(destinationLength));
        }
    }
}
