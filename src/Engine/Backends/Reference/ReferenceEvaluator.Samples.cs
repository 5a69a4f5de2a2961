using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Randomness;

namespace Distributed.Engine.Backends.Reference;

/// <summary>Operations that look at samples: over micro-batches, by chance, by index.</summary>
public sealed partial class ReferenceEvaluator
{
    /// <summary>Samples of a micro-batch; all of a run by default.</summary>
    public int MicrobatchSize { get; init; } = int.MaxValue;

    public void MicrobatchMean(Instruction instruction, MicrobatchMeanOperation mean)
    {
        var x = Copy(instruction, 0);
        var y = Out(instruction);
        var n = instruction.Output.Shape.SampleLength;
        for (var i = 0; i < y.Length; i++)
        {
            var first = i / n / MicrobatchSize * MicrobatchSize;
            var count = Math.Min(MicrobatchSize, _samples - first);
            var divisor = count > mean.Less ? count - (double)mean.Less : count;
            y[i] = Enumerable.Range(first, count).Sum(sample => x[(sample * n) + (i % n)]) / divisor;
        }
    }

    public void Dropout(Instruction instruction, DropoutOperation dropout)
    {
        var keys = In(instruction, 0);
        var y = Out(instruction);
        var n = instruction.Output.Shape.SampleLength;
        var keep = new DropoutMask.Keep(dropout.Rate);
        for (var i = 0; i < y.Length; i++)
        {
            var key = keys.Slice(i / n * SampleKey.Floats, SampleKey.Floats);
            var seed = SampleKey.Of((float)key[0], (float)key[1], (float)key[2]);
            var random = new CounterRandom(seed, RandomPurpose.Dropout, (ulong)dropout.Number);
            y[i] = keep.Apply<DoubleArithmetic, double>(random.Uniform((ulong)(i % n)));
        }
    }

    public void Embedding(Instruction instruction)
    {
        var indices = In(instruction, 0);
        var table = In(instruction, 1);
        var y = Out(instruction);
        var width = instruction.Output.Shape.Dimensions[^1];
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = table[((int)indices[i / width] * width) + (i % width)];
        }
    }

    public void EmbeddingGradient(Instruction instruction)
    {
        var indices = In(instruction, 0);
        var rows = In(instruction, 1);
        var y = Out(instruction);
        var width = instruction.Output.Shape.Dimensions[^1];
        y.Clear();
        for (var i = 0; i < rows.Length; i++)
        {
            y[((int)indices[i / width] * width) + (i % width)] += rows[i];
        }
    }
}
