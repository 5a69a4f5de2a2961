namespace Distributed.Engine.Optimizers;

/// <summary>What the update of a step needs beside its gradients: a pure function of the job and the step.</summary>
/// <param name="Number">The step, counted from 1 through the whole job; bias corrections are functions of it.</param>
/// <param name="Rate">The learning rate of this step.</param>
/// <param name="Weight">What the gradient's sum is divided by: the batch's total sample weight; above 0.</param>
/// <param name="Scale">What the mean gradient is multiplied by: below 1 where clipping by norm shortens it.</param>
public readonly record struct StepTerms(long Number, float Rate, float Weight, float Scale = 1)
{
    /// <summary>True where the parameters before this step are the best so far, to be kept.</summary>
    public bool TakesBest { get; init; }
}
