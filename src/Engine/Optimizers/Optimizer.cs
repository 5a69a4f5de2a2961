using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Optimizers.Schedules;
using Distributed.Engine.Training;

namespace Distributed.Engine.Optimizers;

/// <summary>
/// How a gradient changes the parameters: its settings, and the names of the state it keeps per parameter.
/// </summary>
public abstract record Optimizer
{
    private protected Optimizer(float learningRate)
    {
        if (!float.IsFinite(learningRate) || learningRate <= 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(learningRate), $"learning rate {learningRate} is out of range: choose a positive number");
        }

        LearningRate = learningRate;
    }

    /// <summary>Per step, before the schedule.</summary>
    public float LearningRate { get; }

    /// <summary>What becomes of the rate step by step. Default: it stays.</summary>
    public RateSchedule Schedule { get; init; } = RateSchedule.Constant;

    /// <summary>Penalties, decay and clipping. Default none.</summary>
    public Regularisation Regularisation { get; init; } = Regularisation.None;

    /// <summary>
    /// True to keep the parameters of the best epoch beside the present ones, as one more slot. Default false.
    /// </summary>
    /// <remarks>
    /// Note [The best parameters are a slot]: so they are owned, mirrored, recovered and saved as the rest of the
    /// state, with the same bits at every step; the first step after a better epoch takes them. Price: a slot's memory,
    /// and a slot's frames to the mirror in every step.
    /// </remarks>
    public bool KeepsBest { get; init; }

    /// <summary>The values kept per parameter, by name; as in checkpoints.</summary>
    public IReadOnlyList<string> Slots => KeepsBest ? [.. OwnSlots, "best"] : OwnSlots;

    private protected abstract IReadOnlyList<string> OwnSlots { get; }

    /// <summary>What the update of a step needs, a pure function of the step and the numbers given here.</summary>
    /// <param name="place">Which step, counted from 0, and where it is in the job.</param>
    /// <param name="weight">The batch's total sample weight.</param>
    /// <param name="takesBest">True where the parameters before this step are the best so far.</param>
    public StepTerms Terms(in SchedulePlace place, float weight, bool takesBest = false) =>
        new(place.Step + 1, (float)(LearningRate * Schedule.Factor(place)), weight) { TakesBest = takesBest };

    internal abstract ParameterUpdate Bind<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct;

    /// <summary>The update by this rule, behind the regularisation where there is one.</summary>
    private protected ParameterUpdate Update<TLanes, TVector, TRule>(TRule rule, Regularisation? with = null)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        where TRule : struct, IUpdateRule<TRule> =>
        (with ?? Regularisation) == Regularisation.None
            ? new ParameterUpdate<TLanes, TVector, TRule>(rule)
            : new ParameterUpdate<TLanes, TVector, Regularised<TRule>>(
                new Regularised<TRule>(rule, with ?? Regularisation));

    private protected static float Fraction(string name, float value) => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, $"{name} {value} is out of range: choose 0 up to below 1");

    private protected static float NotNegative(string name, float value) => float.IsFinite(value) && value >= 0
        ? value
        : throw new ArgumentOutOfRangeException(name, $"{name} {value} is out of range: choose 0 or more");
}

/// <summary>
/// An optimizer's formula for one parameter. Written once for every width; first and second are its state, left
/// alone where <see cref="Slots"/> says there is less.
/// </summary>
internal interface IUpdateRule<TSelf>
    where TSelf : struct, IUpdateRule<TSelf>
{
    /// <summary>0, 1 or 2.</summary>
    public static abstract int Slots { get; }

    /// <summary>The rule with the numbers of a step: its rate, its bias corrections. Made once per step and range.
    /// </summary>
    public TSelf At(in StepTerms step);

    public void Apply<TMath, T>(T gradient, ref T parameter, ref T first, ref T second)
        where TMath : struct, IArithmetic<T>
        where T : struct;
}
