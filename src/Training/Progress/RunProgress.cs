namespace Distributed.Training.Progress;

/// <summary>How far a run is.</summary>
/// <param name="Step">Steps done; 0 before the first.</param>
/// <param name="Epoch">The one it is in, from 1.</param>
/// <param name="Loss">Mean over the samples of the last <see cref="RunTracker.WindowSteps"/> steps.</param>
/// <param name="Accuracy">Over the same samples; null for regression.</param>
/// <param name="SamplesPerSecond">Over the last seconds of training.</param>
/// <param name="Left">Time to the end, evaluations and checkpoints as so far; null while unknown.</param>
public sealed record RunProgress(
    long Step, long StepsTotal, int Epoch, int Epochs, double Loss, double? Accuracy, double SamplesPerSecond,
    IReadOnlyList<WorkerRate> Workers, TimeSpan? Left);

/// <param name="WaitShare">The part of its time that a worker waits for others, 0 to 1.</param>
public sealed record WorkerRate(double SamplesPerSecond, double WaitShare);
