namespace Distributed.Engine.Reduction;

/// <summary>A contiguous range of a mini-batch's micro-batches: a shard, or the whole batch.</summary>
/// <remarks>
/// Units: First and Count count micro-batches, Size and Samples count samples. All micro-batches of a mini-batch
/// hold Size samples but the last, which may be short; so Samples ≤ Count · Size, with fewer only at the batch's end.
/// A range of no micro-batches is ordinary: a worker that has nothing to do in a short batch.
/// </remarks>
/// <param name="First">Index in the mini-batch of the first micro-batch.</param>
/// <param name="Count">Micro-batches in the range.</param>
/// <param name="Size">Samples in a full micro-batch; a property of the job.</param>
/// <param name="Samples">Samples in the range.</param>
public readonly record struct MicrobatchRange(int First, int Count, int Size, int Samples)
{
    /// <summary>The whole mini-batch of so many samples.</summary>
    public static MicrobatchRange Whole(int samples, int size) => new(0, CountOf(samples, size), size, samples);

    /// <summary>Micro-batches that so many samples fill: the quotient, rounded up.</summary>
    public static int CountOf(int samples, int size) => (samples + size - 1) / size;

    /// <summary>The micro-batches first … first + count − 1 of a mini-batch of so many samples.</summary>
    public static MicrobatchRange Part(int batchSamples, int size, int first, int count)
    {
        var start = Math.Min(first * size, batchSamples);
        var end = Math.Min((first + count) * size, batchSamples);
        return new MicrobatchRange(first, count, size, end - start);
    }

    /// <summary>Index in the mini-batch of the first sample.</summary>
    public int FirstSample => First * Size;

    /// <summary>So many of the range's micro-batches from its i-th on, i from 0.</summary>
    public MicrobatchRange Slice(int i, int count) =>
        new(First + i, count, Size, Math.Min(count * Size, Samples - (i * Size)));

    /// <summary>Samples in the range's i-th micro-batch, i from 0.</summary>
    public int SamplesIn(int i) => Math.Min(Size, Samples - (i * Size));
}
