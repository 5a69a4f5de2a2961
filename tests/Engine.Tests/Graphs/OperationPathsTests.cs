using Distributed.Engine.Backends;
using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Backends.Reference;
using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;
using Distributed.Engine.Tests.Kernels;

namespace Distributed.Engine.Tests.Graphs;

/// <summary>
/// Operations with their gradients, on random shapes and values, special ones among them: every vector path gives the
/// scalar definition's bits; and on ordinary values the definition is near the double-precision evaluator.
/// </summary>
public sealed class OperationPathsTests
{
    private static readonly ConstantInitializer Zero = new();

    /// <summary>Each case builds a tensor from a batched x [batch, r, c] and a parameter p [r, c].</summary>
    public static TheoryData<string> Cases => [.. Builders.Keys];

    private static Dictionary<string, Func<Tensor, Tensor, Tensor>> Builders { get; } = new(StringComparer.Ordinal)
    {
        ["leaky-relu"] = (x, _) => x.LeakyRelu(),
        ["softplus"] = (x, _) => x.Softplus(),
        ["erf"] = (x, _) => x.Erf(),
        ["gelu"] = (x, _) => x.Gelu(),
        ["silu"] = (x, _) => x.Silu(),
        ["log-softmax"] = (x, _) => x.LogSoftmax(),
        ["power"] = (x, p) => (x.Abs() + 0.5f).Power(0.25f * p),
        ["power-whole"] = (x, _) => x.Power(3),
        ["maximum"] = (x, p) => x.Maximum(p) + x.Minimum(p),
        ["clamp"] = (x, _) => x.Clamp(-1, 2),
        ["compare"] = (x, p) => x.Less(p) + (2 * x.LessOrEqual(p)) + (4 * x.EqualTo(p)) + x.NotEqualTo(p),
        ["select"] = (x, p) => x.Less(p).Select(x, p),
        ["max-first"] = (x, p) => (x * p).Max(0),
        ["max-last"] = (x, p) => (x * p).Max(1) + x.Min(1),
        ["sum-axes"] = (x, p) => (x * p).Sum(0, 1),
        ["mean-axes"] = (x, p) => (x * p).Mean(0, 1) + x.Mean(1).Sum(),
        ["slice"] = (x, p) => (x * p).Slice(1, x.Shape.Dimensions[1] / 2, (x.Shape.Dimensions[1] + 1) / 2),
        ["pad"] = (x, p) => (x * p).Pad(0, 2, 1).Pad(1, 0, 3),
        ["concatenate"] = (x, p) => x.Concatenate(1, p, x * p),
        ["batched-matmul"] = (x, p) => x.MatMul((x * p).Transpose()),
        ["transpose"] = (x, p) => (x * p).Transpose(),
        ["transpose-axes"] = (x, p) => (x.Concatenate(0, p).WithUnit(2) * p.Sum(0)).Transpose(2, 0, 1),
        ["transpose-inner"] = (x, p) => ((x * p).WithUnit(2) * p.Sum(0)).Transpose(1, 0, 2),
        ["outer"] = (x, p) => x.Sum(1).Outer(p.Sum(0)),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operation_EqualsItsDefinition_OnEveryPath(string name)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var special = seed % 2 == 1;
            var (plan, inputs, parameters, samples) = Draw(name, seed, special);
            var expected = Run(KernelPath.Definition, plan, inputs, parameters, samples);
            foreach (var path in EveryPath.Wide)
            {
                var actual = Run(path, plan, inputs, parameters, samples);
                Bits.AssertEqual(expected, actual, $"{name}, {path}, seed {seed}");
            }

            if (!special)
            {
                AssertNear(expected, InDouble(plan, inputs, parameters, samples), $"{name}, seed {seed}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_EqualsCentralDifferences_OnRandomShapes(string name)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var random = new Random(seed);
            var (samples, rows, columns) = (random.Next(1, 4), random.Next(1, 5), random.Next(1, 6));
            var graph = new Graph();
            var x = graph.Input("x", TensorShape.Batch(rows, columns));
            var p = graph.Parameter("p", [rows, columns], Zero);
            var loss = (0.25f * Builders[name](x, p)).Square().Sum().BatchSum();
            var check = new GradientCheck(loss, [x, p], samples);
            foreach (var leaf in new[] { x, p })
            {
                var length = leaf.Shape.Length(samples);
                check.Set(leaf, [.. Enumerable.Range(0, length).Select(_ => (random.NextDouble() * 4) - 2)]);
            }

            var report = check.Run();
            Assert.True(report.Error <= 1e-6, $"{name}, seed {seed}, [{samples}, {rows}, {columns}]: {report}");
        }
    }

    private static (Plan Plan, float[] Inputs, float[] Parameters, int Samples) Draw(
        string name, int seed, bool special)
    {
        var random = new Random(seed);
        var (samples, rows, columns) = (random.Next(1, 6), random.Next(1, 8), random.Next(1, 40));
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(rows, columns));
        var p = graph.Parameter("p", [rows, columns], Zero);
        var result = Builders[name](x, p);
        var scaled = (0.25f * result).Square().Sum().BatchSum();
        var plan = Plan.Compile([result, .. graph.Gradients(scaled, [x, p])], samples, BatchMode.Whole);
        var draw = special ? (Func<int, int, float[]>)SampleFloats.WithSpecials : SampleFloats.Ordinary;
        return (plan, draw(samples * rows * columns, seed), draw(rows * columns, seed + 100), samples);
    }

    private static float[] Run(KernelPath path, Plan plan, float[] inputs, float[] parameters, int samples)
    {
        var buffer = new AlignedBuffer(plan.Layout.Length);
        parameters.CopyTo(buffer.Span);
        var executable = new CpuBackend(path).Load(plan, buffer, PartialSums.None);
        var range = MicrobatchRange.Whole(samples, 2);
        foreach (var input in plan.Inputs.Values)
        {
            inputs.CopyTo(executable.Input(input, range));
        }

        executable.Run(range);
        return [.. plan.Outputs.SelectMany(output => executable.Output(output, range).ToArray())];
    }

    private static double[] InDouble(Plan plan, float[] inputs, float[] parameters, int samples)
    {
        var evaluator = new ReferenceEvaluator(plan);
        Array.ConvertAll(parameters, value => (double)value).CopyTo(evaluator.Parameters, 0);
        foreach (var name in plan.Inputs.Keys)
        {
            Array.ConvertAll(inputs, value => (double)value).CopyTo(evaluator.Input(name, samples));
        }

        evaluator.Run(samples);
        return [.. plan.Outputs.SelectMany(output => evaluator.Output(output, samples).ToArray())];
    }

    private static void AssertNear(float[] actual, double[] expected, string context)
    {
        var scale = expected.Max(Math.Abs);
        for (var i = 0; i < actual.Length; i++)
        {
            Assert.True(
                Math.Abs(actual[i] - expected[i]) <= 1e-5 * Math.Max(scale, 1),
                $"{context}: [{i}] is {actual[i]:R}, in double {expected[i]:R}");
        }
    }
}
