using Distributed.Engine.Kernels.Lanes;
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

    /// <summary>Per step.</summary>
    public float LearningRate { get; }

    /// <summary>The values kept per parameter, by name; as in checkpoints.</summary>
    public abstract IReadOnlyList<string> Slots { get; }

    internal abstract ParameterUpdate Bind<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct;
}

/// <summary>
/// An optimizer's formula for one parameter. Written once for every width; first and second are its state, left
/// alone where <see cref="Slots"/> says there is less.
/// </summary>
internal interface IUpdateRule
{
    /// <summary>0, 1 or 2.</summary>
    public static abstract int Slots { get; }

    public void Apply<TMath, T>(T gradient, ref T parameter, ref T first, ref T second)
        where TMath : struct, IArithmetic<T>
        where T : struct;
}
