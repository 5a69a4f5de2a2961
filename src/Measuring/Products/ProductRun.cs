using Distributed.Engine.Backends;
using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Randomness;
using Distributed.Engine.Reduction;
using Distributed.Measuring.Jobs;

namespace Distributed.Measuring.Products;

/// <summary>One matrix product as a plan runs it, packing and tree included, on random operands.</summary>
public sealed class ProductRun
{
    private readonly IExecutable _executable;
    private readonly MicrobatchRange _range;

    public ProductRun(ProductForm form, ProductSize size, KernelPath path)
    {
        var graph = new Graph();
        var x = new Lazy<Tensor>(() => graph.Input("x", TensorShape.Batch(size.Inputs)));
        var dy = new Lazy<Tensor>(() => graph.Input("dy", TensorShape.Batch(size.Outputs)));
        var weights = graph.Parameter("weights", [size.Inputs, size.Outputs], new HeUniformInitializer());
        var product = form switch
        {
            ProductForm.Forward => x.Value.MatMul(weights),
            ProductForm.InputGradient => dy.Value.Product(weights, transposeLeft: false, transposeRight: true),
            _ => x.Value.BatchProduct(dy.Value),
        };
        Plan = Plan.Compile([product], size.Samples, BatchMode.Sharded);
        _range = MicrobatchRange.Whole(size.Samples, Math.Min(size.Samples, Workload.MicrobatchSize));
        var partials = Plan.Partials.Length == 0
            ? PartialSums.None
            : new PartialSums(Plan.Partials.Length, CanonicalTree.PiecesMax(_range.Count));
        var parameters = new AlignedBuffer(Plan.Layout.Length);
        Fill(parameters.Span, 0);
        _executable = new CpuBackend(path).Load(Plan, parameters, partials);
        foreach (var (index, input) in Plan.Inputs.OrderBy(input => input.Key, StringComparer.Ordinal).Index())
        {
            Fill(_executable.Input(input.Value, _range), (ulong)index + 1);
        }
    }

    internal Plan Plan { get; }

    /// <summary>Multiplications and additions of one run, as the plan counts them.</summary>
    internal double Operations =>
        2.0 * Plan.Instructions.Sum(only => only.Operation.MultiplyAdds(only, _range.Samples));

    /// <summary>Computes the product once.</summary>
    public void Run() => _executable.Run(_range);

    private static void Fill(Span<float> operand, ulong stream) =>
        new CounterRandom(1, RandomPurpose.Example, stream).FillUniform(operand, 0, -1, 1);
}
