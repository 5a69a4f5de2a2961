using Distributed.Engine.Kernels;
using Distributed.Engine.Memory;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Randomness;
using Distributed.Engine.Training;

namespace Distributed.Engine.Tests.Optimizers;

/// <summary>
/// Goal: every optimizer does what its paper says, in the same bits on every path. Method: thirty steps of 67
/// parameters beside <see cref="PaperOptimizers"/>, which is written from the equations in double, one parameter at a
/// time.
/// </summary>
public sealed class OptimizerTests
{
    private const int Count = 67;
    private const int Steps = 30;

    private static readonly Engine.Plans.ParameterLayout NoParameters = new(new Engine.Graphs.Graph());

    private static readonly Regularisation All = new() { L1 = 0.01f, L2 = 0.02f, WeightDecay = 0.1f, ClipValue = 0.5f };

    private static readonly IReadOnlyDictionary<string, Optimizer> Optimizers = new SortedDictionary<string, Optimizer>
    {
        ["sgd"] = new Sgd(0.05f),
        ["momentum"] = new Momentum(0.05f),
        ["nesterov"] = new Nesterov(0.05f, 0.8f),
        ["rmsprop"] = new RmsProp(),
        ["adagrad"] = new Adagrad(),
        ["adam"] = new Adam(),
        ["adam-other"] = new Adam(0.01f, 0.8f, 0.95f, 1e-4f),
        ["adamw"] = new AdamW(0.01f),
        ["sgd-regularised"] = new Sgd(0.05f) { Regularisation = All },
        ["adam-regularised"] = new Adam(0.01f) { Regularisation = All },
        ["adamw-regularised"] = new AdamW(0.01f) { Regularisation = new Regularisation { L2 = 0.02f } },
    };

    public static TheoryData<string> Names => [.. Optimizers.Keys];

    public static TheoryData<string, KernelPath> NamesAndPaths
    {
        get
        {
            var rows = new TheoryData<string, KernelPath>();
            foreach (var name in Optimizers.Keys)
            {
                foreach (var path in KernelPaths.All)
                {
                    rows.Add(name, path);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Optimizer_FollowsThePapersEquations_OverThirtySteps(string name)
    {
        var optimizer = Optimizers[name];
        var state = Train(optimizer, KernelPath.Definition, [(0, Count)]);
        for (var i = 0; i < Count; i++)
        {
            var gradients = Enumerable.Range(0, Steps).Select(step => (double)Gradient(step)[i]);
            var truth = PaperOptimizers.Train(optimizer, Start()[i], gradients);
            Assert.InRange(state.Parameters.Span[i] - truth, -2e-5, 2e-5);
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndPaths))]
    public void Optimizer_GivesTheBitsOfTheDefinition_OnEveryPathAndInAnyRanges(string name, KernelPath path)
    {
        var optimizer = Optimizers[name];
        var truth = Train(optimizer, KernelPath.Definition, [(0, Count)]);
        foreach (var ranges in new (int, int)[][] { [(0, Count)], [(0, 5), (5, 40), (45, 22)] })
        {
            var state = Train(optimizer, path, ranges);
            Assert.Equal(truth.Fingerprint, state.Fingerprint);
        }
    }

    /// <summary>Sums as joint products hand them on: one behind the other, or rows of a wider matrix.</summary>
    [Theory]
    [MemberData(nameof(NamesAndPaths))]
    public unsafe void Strips_UpdateToTheSameBits_AsTheWholeGradient(string name, KernelPath path)
    {
        const int Rows = 3, Columns = 18, Width = 20;
        var optimizer = Optimizers[name] with { KeepsBest = true };
        var step = new StepTerms(1, optimizer.LearningRate, 7) { TakesBest = true };
        foreach (var pastCaches in new[] { false, true })
        {
            var (whole, striped) = (State(optimizer), State(optimizer));
            var gradient = new AlignedBuffer(Count);
            Gradient(0).CopyTo(gradient.Span);
            var update = ParameterUpdate.Create(optimizer, path, NoParameters);
            var strips = new StripUpdate(update, striped, isShared: true) { Step = step, PastCaches = pastCaches };
            for (var row = 0; row < Rows; row++)
            {
                Update(0, 2 + (row * Width), Columns);
                gradient.Span.Slice(2 + (row * Width), Columns).CopyTo(gradient.Span[(row * Columns)..]);
            }

            strips.Take(gradient.Pointer, Rows, Columns, 2, Width);
            AssertSame(whole, striped);

            Gradient(1).CopyTo(gradient.Span);
            Update(1, 0, 60);
            strips.Take(gradient.Pointer, 6, 10, 0, 10);
            AssertSame(whole, striped);

            // The middle of a line to that of the third after it: two whole ones between.
            Gradient(2).AsSpan(5).CopyTo(gradient.Span);
            Update(2, 5, 50);
            strips.Take(gradient.Pointer, 5, 10, 5, 10);
            AssertSame(whole, striped);
            Assert.Equal(1 + optimizer.Slots.Count, strips.Buffers);
            Assert.Equal(9, strips.Beside(strips.Buffers - 1, 9) - striped.Slots[^1].Pointer);

            void Update(int number, int offset, int count)
            {
                var mean = new AlignedBuffer(Count);
                Gradient(number).Select(sum => sum / 7).ToArray().CopyTo(mean.Span);
                update.Apply(mean, whole, whole, offset, count, step);
            }
        }
    }

    [Fact]
    public void Adam_DividesByTheCommittedStepsCorrection_WhenItGoesOnLater()
    {
        var first = new Adam(0.1f);
        Assert.Equal(-0.1f, OneStep(first, number: 1), 1e-5);
        // At step 1000 the first moment's correction is nearly 1 and the second's 0.632: 0.01 / √(1e-4 / 0.632).
        Assert.Equal(-0.1 * 0.1 / Math.Sqrt(0.001 / (1 - Math.Pow(0.999, 1000))), OneStep(first, number: 1000), 1e-4);
    }

    [Theory]
    [InlineData("sgd", 0)]
    [InlineData("momentum", 1)]
    [InlineData("rmsprop", 1)]
    [InlineData("adamw", 2)]
    public void Slots_AreWhatTheStateKeeps_PerOptimizer(string name, int slots) =>
        Assert.Equal(slots, Optimizers[name].Slots.Count);

    [Fact]
    public void Settings_AreRefusedByName_WhenOutOfRange()
    {
        Assert.Contains(
            "choose 0 up to below 1", Refusal(() => new Adam(0.1f, firstDecay: 1)), StringComparison.Ordinal);
        Assert.Contains("choose 0 or more", Refusal(() => new RmsProp(epsilon: -1)), StringComparison.Ordinal);
        Assert.Contains(
            "choose a number above 0", Refusal(() => new Regularisation { ClipNorm = 0 }), StringComparison.Ordinal);
    }

    private static string Refusal(Func<object> make) => Assert.Throws<ArgumentOutOfRangeException>(make).Message;

    private static float OneStep(Optimizer optimizer, long number)
    {
        var (parameters, gradient) = (new AlignedBuffer(1), new AlignedBuffer(1));
        gradient.Span[0] = 1;
        var buffers = new StateBuffers(parameters, [new AlignedBuffer(1), new AlignedBuffer(1)]);
        ParameterUpdate.Create(optimizer, KernelPath.Definition, NoParameters).Apply(
            gradient, buffers, buffers, 0, 1, new StepTerms(number, optimizer.LearningRate, 1));
        return parameters.Span[0];
    }

    private static (AlignedBuffer Parameters, string Fingerprint) Train(
        Optimizer optimizer, KernelPath path, (int Offset, int Count)[] ranges)
    {
        var parameters = new AlignedBuffer(Count);
        Start().CopyTo(parameters.Span);
        AlignedBuffer[] slots = [.. optimizer.Slots.Select(_ => new AlignedBuffer(Count))];
        var (buffers, gradient) = (new StateBuffers(parameters, slots), new AlignedBuffer(Count));
        var update = ParameterUpdate.Create(optimizer, path, NoParameters);
        for (var step = 0; step < Steps; step++)
        {
            Gradient(step).CopyTo(gradient.Span);
            foreach (var (offset, count) in ranges)
            {
                update.Apply(
                    gradient, buffers, buffers, offset, count, new StepTerms(step + 1, optimizer.LearningRate, 1));
            }
        }

        return (parameters, Engine.Checkpoints.Fingerprint.Compute(parameters.Span, slots));
    }

    private static StateBuffers State(Optimizer optimizer)
    {
        var parameters = new AlignedBuffer(Count);
        Start().CopyTo(parameters.Span);
        return new StateBuffers(parameters, [.. optimizer.Slots.Select(_ => new AlignedBuffer(Count))]);
    }

    private static void AssertSame(StateBuffers expected, StateBuffers actual) => Assert.Equal(
        Engine.Checkpoints.Fingerprint.Compute(expected.Parameters.Span, [.. expected.Slots]),
        Engine.Checkpoints.Fingerprint.Compute(actual.Parameters.Span, [.. actual.Slots]));

    private static float[] Start() => Uniform(0, -1, 1);

    private static float[] Gradient(int step) => Uniform(1 + step, -1, 1);

    private static float[] Uniform(int row, float least, float most)
    {
        var values = new float[Count];
        new CounterRandom(5, RandomPurpose.Example).FillUniform(values, (ulong)(row * Count), least, most);
        return values;
    }
}
