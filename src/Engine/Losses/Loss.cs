using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Losses;

/// <summary>What training minimises: a value per sample, and how samples are put together.</summary>
/// <remarks>
/// The mean over a batch is Σ w·l / Σ w, divided once, on any number of workers; the sum is Σ w·l.
/// </remarks>
public abstract record Loss
{
    /// <summary>Softmax cross-entropy for classes, the squared error for numbers.</summary>
    public static Loss Default { get; } = new TaskLoss();

    /// <summary>True where a batch's loss is the sum over its samples and not their mean. Default false.</summary>
    public bool SumsSamples { get; init; }

    /// <summary>Outputs that a model for these data needs.</summary>
    public virtual int Outputs(DataSet data) =>
        data.Task == TaskKind.Classification ? data.ClassCount : data.TargetWidth;

    /// <summary>The loss per sample and, for classes, 1 per hit.</summary>
    /// <remarks>
    /// Shapes: output [batch, outputs]; target [batch] for classes, [batch, targets] for numbers.
    /// Errors: UserErrorException where the loss does not go with the task.
    /// </remarks>
    internal abstract (Tensor Loss, Tensor? Hit) Of(Tensor output, Tensor target, TaskKind task);

    private protected static UserErrorException NotFor(string loss, string needed) =>
        new($"--loss {loss} does not go with these data: it needs {needed}; choose another loss");
}

/// <summary>The task's own loss.</summary>
internal sealed record TaskLoss : Loss
{
    internal override (Tensor, Tensor?) Of(Tensor output, Tensor target, TaskKind task) =>
        task == TaskKind.Classification
            ? (output.SoftmaxCrossEntropy(target), output.ArgMaxHit(target))
            : (SquaredErrors.SumOfSquares(output, target), null);
}

/// <summary>Softmax cross-entropy: of class indices, or of one value per class where the targets are numbers.</summary>
public sealed record SoftmaxLoss(float Smoothing = 0) : Loss
{
    internal override (Tensor, Tensor?) Of(Tensor output, Tensor target, TaskKind task) =>
        task == TaskKind.Classification
            ? (CrossEntropy.OfLabels(output, target, Smoothing), output.ArgMaxHit(target))
            : (CrossEntropy.OfTargets(output, target, Smoothing), null);
}

/// <summary>Binary cross-entropy: of two classes with one output, or of numbers from 0 to 1.</summary>
/// <param name="OfLogits">True where outputs are logits, false where they are probabilities.</param>
public sealed record BinaryLoss(bool OfLogits) : Loss
{
    private string Name => OfLogits ? "bce-logits" : "bce";

    public override int Outputs(DataSet data) =>
        data.Task != TaskKind.Classification ? data.TargetWidth
        : data.ClassCount == 2 ? 1
        : throw NotFor(Name, "two classes");

    internal override (Tensor, Tensor?) Of(Tensor output, Tensor target, TaskKind task)
    {
        var wide = task == TaskKind.Classification ? target.WithUnit(0) : target;
        var each = OfLogits
            ? output.BinaryCrossEntropyOfLogits(wide)
            : output.BinaryCrossEntropyOfProbabilities(wide);
        return (each.Sum(0), task == TaskKind.Classification ? Hit(output, target) : null);
    }

    /// <summary>As two classes, −x and x, x being positive where the second is more likely.</summary>
    private Tensor Hit(Tensor output, Tensor target) =>
        ((OfLogits ? output : output - 0.5f) * output.Graph.Constant([-1, 1], 2)).ArgMaxHit(target);
}

/// <summary>A loss of numbers, element by element or over a sample's outputs.</summary>
/// <param name="Name">As --loss spells it.</param>
/// <param name="PerSample">From [batch, targets] twice to [batch].</param>
public sealed record RegressionLoss(string Name, Func<Tensor, Tensor, Tensor> PerSample) : Loss
{
    public override int Outputs(DataSet data) =>
        data.Task == TaskKind.Regression ? data.TargetWidth : throw NotFor(Name, "numbers to predict, not classes");

    internal override (Tensor, Tensor?) Of(Tensor output, Tensor target, TaskKind task) =>
        task == TaskKind.Regression
            ? (PerSample(output, target), null)
            : throw NotFor(Name, "numbers to predict, not classes");
}
