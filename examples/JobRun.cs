using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Engine.Layers;
using Distributed.Engine.Training;
using Distributed.Training;

namespace Distributed.Examples;

/// <summary>A job that the trainer's actors did from beginning to end, with all they told.</summary>
/// <param name="Done">How it ended.</param>
/// <param name="Epochs">One entry per epoch.</param>
/// <param name="Losses">Each step's mean loss per sample, before its update.</param>
/// <param name="Shares">Which micro-batches of a mini-batch each worker had, by rank.</param>
/// <param name="State">The parameters at the end.</param>
internal sealed record JobRun(
    JobDone Done,
    IReadOnlyList<EpochCompleted> Epochs,
    IReadOnlyList<double> Losses,
    IReadOnlyList<WorkerShare> Shares,
    TrainingState State)
{
    /// <summary>Runs a job in this process: a coordinator actor and so many worker actors.</summary>
    /// <remarks>Errors: InvalidOperationException with the reason of a job that failed.</remarks>
    internal static JobRun Of(Job job, DataSplit data, Layer model, int workers = 2)
    {
        var trainer = new Trainer(job, data, workers, model: model);
        var (epochs, steps) = (new List<EpochCompleted>(), new List<StepTotals>());
        IReadOnlyList<WorkerShare> shares = [];
        var end = Task.Run(() => trainer.RunAsync(new MemoryJobStore(trainer.State), happened =>
        {
            if (happened is EpochCompleted epoch)
            {
                epochs.Add(epoch);
            }
            else if (happened is StepsCommitted lease)
            {
                steps.AddRange(lease.Steps);
                shares = lease.Shares;
            }
        })).GetAwaiter().GetResult();
        return end is JobDone done
            ? new JobRun(done, epochs, [.. steps.Select(step => step.Loss / step.Samples)], shares, trainer.State)
            : throw new InvalidOperationException($"{end}");
    }

    /// <summary>A parameter's values.</summary>
    internal ReadOnlySpan<float> Values(string name)
    {
        var slot = State.Layout.Slots.First(slot => slot.Name == name);
        return State.Parameters.Span.Slice(slot.Offset, slot.Length);
    }
}
