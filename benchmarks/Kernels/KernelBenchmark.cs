using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;
using Distributed.Engine.Randomness;

namespace Distributed.Benchmarks.Kernels;

/// <summary>How much work a benchmark takes on.</summary>
public enum BenchmarkSize
{
    /// <summary>As in training.</summary>
    Real,

    /// <summary>For tests.</summary>
    Small,
}

/// <summary>One kernel on one set of operands: checked against its definition first, then timed.</summary>
[MemoryDiagnoser]
public abstract class KernelBenchmark
{
    private AlignedBuffer _result = new(0);

    [Params(BenchmarkSize.Real)]
    public BenchmarkSize Size { get; set; }

    /// <summary>As in tables.</summary>
    internal abstract string Title { get; }

    /// <summary>Floating-point operations of one run; 0 where bytes are what counts.</summary>
    internal virtual double Operations => 0;

    /// <summary>Bytes that one run reads and writes at least.</summary>
    internal virtual double Bytes => 0;

    private protected bool IsSmall => Size == BenchmarkSize.Small;

    /// <summary>Where a run leaves its result.</summary>
    private protected AlignedBuffer Result => _result;

    /// <summary>Builds the operands and compares the fastest path with the definition, bit for bit.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _result = new AlignedBuffer(Allocate());
        Run<ScalarLanes, float>();
        var expected = _result.Span.ToArray();
        _result.Span.Clear();
        Measured();
        for (var i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(_result.Span[i]))
            {
                throw new InvalidOperationException(
                    $"{Title}: element {i} is {_result.Span[i]} on {KernelPaths.Best}: needs {expected[i]}");
            }
        }
    }

    /// <summary>One run on the fastest path.</summary>
    [Benchmark]
    public void Measured()
    {
        switch (KernelPaths.Best)
        {
            case KernelPath.Vector512:
                Run<Lanes512, Vector512<float>>();
                break;
            case KernelPath.Vector256:
                Run<Lanes256, Vector256<float>>();
                break;
            case KernelPath.Vector128:
                Run<Lanes128, Vector128<float>>();
                break;
            default:
                Run<ScalarLanes, float>();
                break;
        }
    }

    /// <summary>Builds the operands and returns how many floats the result has.</summary>
    private protected abstract int Allocate();

    private protected abstract void Run<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct;

    /// <summary>Numbers in [−1, 1), different for each operand.</summary>
    private protected static AlignedBuffer Uniform(int count, ulong operand)
    {
        var buffer = new AlignedBuffer(count);
        new CounterRandom(1, RandomPurpose.Example, operand).FillUniform(buffer.Span, 0, -1, 1);
        return buffer;
    }
}
