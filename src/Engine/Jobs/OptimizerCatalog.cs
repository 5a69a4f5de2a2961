using Distributed.Engine.Errors;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Optimizers.Schedules;

namespace Distributed.Engine.Jobs;

/// <summary>Optimizers, schedules and regularisation by name: what a job says, made from its text.</summary>
public static class OptimizerCatalog
{
    private static readonly IReadOnlyList<NamedChoice<Func<float, Optimizer>>> Optimizers =
    [
        new("sgd", [], _ => rate => new Sgd(rate)),
        new("momentum", ["DECAY"], at => Checked(rate => new Momentum(rate, at.Single(0, 0.9f)))),
        new("nesterov", ["DECAY"], at => Checked(rate => new Nesterov(rate, at.Single(0, 0.9f)))),
        new("rmsprop", ["SMOOTHING", "EPSILON"],
            at => Checked(rate => new RmsProp(rate, at.Single(0, 0.99f), at.Single(1, 1e-8f)))),
        new("adagrad", ["EPSILON"], at => Checked(rate => new Adagrad(rate, at.Single(0, 1e-10f)))),
        new("adam", ["DECAY1", "DECAY2", "EPSILON"], at => Checked(
            rate => new Adam(rate, at.Single(0, 0.9f), at.Single(1, 0.999f), at.Single(2, 1e-8f)))),
        new("adamw", ["DECAY1", "DECAY2", "EPSILON"], at => Checked(
            rate => new AdamW(
                rate, firstDecay: at.Single(0, 0.9f), secondDecay: at.Single(1, 0.999f),
                epsilon: at.Single(2, 1e-8f)))),
    ];

    private static readonly IReadOnlyList<NamedChoice<RateSchedule>> Schedules =
    [
        new("constant", [], _ => RateSchedule.Constant),
        new("step", ["EPOCHS", "FACTOR"], at => new StepRate(at.Whole(0, 10), at.At(1, 0.1))),
        new("exponential", ["FACTOR"], at => new ExponentialRate(at.At(0, 0.95))),
        new("cosine", ["LEAST"], at => new CosineRate(at.At(0, 0))),
        new("plateau", ["PATIENCE", "FACTOR", "THRESHOLD"],
            at => new PlateauRate(at.Whole(0, 10), at.At(1, 0.1), at.At(2, 1e-4))),
    ];

    /// <summary>All optimizers, for help.</summary>
    public static string OptimizerUsage => NamedChoices.Usage(Optimizers);

    /// <summary>All schedules, for help.</summary>
    public static string ScheduleUsage => NamedChoices.Usage(Schedules);

    /// <summary>The learning rate where none is given: PyTorch's default; 0.05 for those without one there.</summary>
    public static float DefaultRate(string optimizer) => optimizer.Split(':')[0] switch
    {
        "adam" or "adamw" => 1e-3f,
        "rmsprop" or "adagrad" => 1e-2f,
        _ => 0.05f,
    };

    /// <summary>The job's optimizer with its schedule and regularisation.</summary>
    /// <remarks>Errors: UserErrorException with one line about the first setting that does not do.</remarks>
    public static Optimizer Of(Job job)
    {
        foreach (var check in Checks(job))
        {
            check();
        }

        return NamedChoices.Read("--optimizer", job.Optimizer, Optimizers)(job.LearningRate) with
        {
            Schedule = ScheduleOf(job) with { WarmUp = job.Warmup },
            Regularisation = new Regularisation
            {
                L1 = job.L1,
                L2 = job.L2,
                WeightDecay = job.WeightDecay,
                ClipValue = job.ClipValue,
                ClipNorm = job.ClipNorm,
            },
            KeepsBest = job.RestoreBest,
        };
    }

    /// <summary>The job's schedule, without the steps before it.</summary>
    /// <remarks>Errors: UserErrorException naming what there is.</remarks>
    internal static RateSchedule ScheduleOf(Job job) => NamedChoices.Read("--schedule", job.Schedule, Schedules);

    /// <summary>What is to be right for <see cref="Of"/>, each by itself, but for the learning rate.</summary>
    internal static IEnumerable<Action> Checks(Job job) =>
    [
        () => _ = NamedChoices.Read("--optimizer", job.Optimizer, Optimizers),
        () => _ = ScheduleOf(job),
        () => Warmup(job.Warmup),
        () => NotNegative("--l1", job.L1),
        () => NotNegative("--l2", job.L2),
        () => NotNegative("--weight-decay", job.WeightDecay),
        () => Positive("--clip-value", job.ClipValue),
        () => Positive("--clip-norm", job.ClipNorm),
        () => OneClip(job),
    ];

    private static void Warmup(int steps)
    {
        if (steps < 0)
        {
            throw new UserErrorException($"--warmup {steps} is out of range: choose 0 or more steps");
        }
    }

    private static void OneClip(Job job)
    {
        if (job.ClipValue is not null && job.ClipNorm is not null)
        {
            throw new UserErrorException("--clip-norm does not go with --clip-value: choose one of them");
        }
    }

    /// <summary>Numbers behind the name are checked at once, not when the rate is known.</summary>
    private static Func<float, Optimizer> Checked(Func<float, Optimizer> make)
    {
        _ = make(1);
        return make;
    }

    private static void NotNegative(string option, float value)
    {
        if (!float.IsFinite(value) || value < 0)
        {
            throw new UserErrorException($"{option} {value} is out of range: choose 0 or more (default 0)");
        }
    }

    private static void Positive(string option, float? value)
    {
        if (value is { } given && (!float.IsFinite(given) || given <= 0))
        {
            throw new UserErrorException($"{option} {given} is out of range: choose a number above 0 (default none)");
        }
    }
}
