using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Memory;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Optimizers.Schedules;
using Distributed.Engine.Plans;
using Distributed.Engine.Tests.Fixtures;
using Distributed.Engine.Training;

namespace Distributed.Engine.Tests.Optimizers;

/// <summary>
/// Optimizers, penalties, clipping and schedules against numbers that another implementation made: weights after 25
/// steps, rates in 20 epochs. Fixtures/make_optimizers.py made optimizers.txt with PyTorch.
/// </summary>
public sealed class OptimizerTruthTests
{
    private const int Weights = 40;
    private const int Steps = 25;
    private const int Epochs = 20;

    /// <summary>25 steps in single precision: about so many rounding errors of weights near 1.</summary>
    private const double Bound = 3e-6;

    private static readonly Truth Numbers = new("optimizers.txt");
    private static readonly Regularisation L2 = new() { L2 = 0.3f };
    private static readonly Regularisation ClipValue = new() { ClipValue = 0.25f };

    private static readonly Dictionary<string, Optimizer> Optimizers = new(StringComparer.Ordinal)
    {
        ["sgd"] = new Sgd(0.05f),
        ["momentum"] = new Momentum(0.05f),
        ["nesterov"] = new Nesterov(0.05f),
        ["rmsprop"] = new RmsProp(),
        ["rmsprop-other"] = new RmsProp(0.02f, 0.9f, 1e-4f),
        ["adagrad"] = new Adagrad(),
        ["adam"] = new Adam(),
        ["adam-other"] = new Adam(0.02f, 0.8f, 0.95f, 1e-4f),
        ["adamw"] = new AdamW(),
        ["adamw-decay"] = new AdamW(0.02f, 0.3f),
        ["sgd-l2"] = new Sgd(0.05f) { Regularisation = L2 },
        ["momentum-l2"] = new Momentum(0.05f) { Regularisation = L2 },
        ["nesterov-l2"] = new Nesterov(0.05f) { Regularisation = L2 },
        ["rmsprop-l2"] = new RmsProp { Regularisation = L2 },
        ["adagrad-l2"] = new Adagrad { Regularisation = L2 },
        ["adam-l2"] = new Adam { Regularisation = L2 },
        ["sgd-clip-value"] = new Sgd(0.05f) { Regularisation = ClipValue },
        ["sgd-clip-norm"] = new Sgd(0.05f) { Regularisation = new Regularisation { ClipNorm = 1.5f } },
        ["sgd-clip-norm-none"] = new Sgd(0.05f) { Regularisation = new Regularisation { ClipNorm = 100 } },
        ["adam-l2-clip-value"] = new Adam { Regularisation = ClipValue with { L2 = 0.3f } },
        ["momentum-l2-clip-norm"] = new Momentum(0.05f) { Regularisation = L2 with { ClipNorm = 1.5f } },
    };

    /// <summary>What the rate of the plateau's schedule goes by, epoch by epoch.</summary>
    private static readonly double[] Losses =
        [5, 4, 3, 2.98, 2.97, 2.9701, 2.5, 2.5, 2.499, 2.51, 2.52, 2.5, 2.5, 2.6, 2.4, 2, 2, 2, 2, 2];

    private static readonly Dictionary<string, RateSchedule> Schedules = new(StringComparer.Ordinal)
    {
        ["step"] = new StepRate(3, 0.5),
        ["exponential"] = new ExponentialRate(0.9),
        ["cosine"] = new CosineRate(0.1),
        ["warm-up"] = RateSchedule.Constant with { WarmUp = 5 },
        ["plateau"] = new PlateauRate(2, 0.5, 0.01),
    };

    public static TheoryData<string> OptimizerNames => [.. Optimizers.Keys];

    public static TheoryData<string> ScheduleNames => [.. Schedules.Keys];

    [Theory]
    [MemberData(nameof(OptimizerNames))]
    public void Weights_EqualAnotherImplementations_AfterManySteps(string name)
    {
        var optimizer = Optimizers[name];
        var (weights, gradient) = (new AlignedBuffer(Weights), new AlignedBuffer(Weights));
        Truth.Values(Weights, salt: 1).CopyTo(weights.Span);
        var state = new StateBuffers(weights, [.. optimizer.Slots.Select(_ => new AlignedBuffer(Weights))]);
        var update = ParameterUpdate.Create(optimizer, KernelPaths.Best, new ParameterLayout(new Graph()));
        var norm = new GradientNorm([[(0, Weights)]], KernelPaths.Best);
        for (var step = 0; step < Steps; step++)
        {
            Truth.Values(Weights, salt: 20 + step).CopyTo(gradient.Span);
            norm.Square(0, gradient);
            var terms = new StepTerms(
                step + 1, optimizer.LearningRate, Weight: 1, optimizer.Regularisation.Scale(norm.Norm()));
            update.Apply(gradient, state, state, 0, Weights, terms);
        }

        Numbers.AssertClose(name, weights.Span, Bound);
    }

    [Theory]
    [MemberData(nameof(ScheduleNames))]
    public void Rates_EqualAnotherImplementations_InEveryEpoch(string name)
    {
        var schedule = Schedules[name];
        var rates = Enumerable.Range(0, Epochs).Select(epoch => (float)schedule.Factor(new SchedulePlace(
            epoch, StepsPerEpoch: 1, Epochs, schedule.Watches?.Count(Losses.Take(epoch)) ?? 0)));
        Numbers.AssertClose(name, rates.ToArray(), bound: 1e-7);
    }

    [Fact]
    public void Fixture_HasNoNumbersThatNothingIsComparedWith() =>
        Assert.Equal(Optimizers.Keys.Concat(Schedules.Keys).Order(), Numbers.Names.Order());
}
