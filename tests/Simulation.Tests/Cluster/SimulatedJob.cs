using Distributed.Cluster;
using Distributed.Cluster.Collectives;
using Distributed.Cluster.Messages;
using Distributed.Coordinator.Membership;
using Distributed.Engine.Data;
using Distributed.Engine.Layers;
using Distributed.Engine.Memory;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Reduction;
using Distributed.Engine.Training;
using Distributed.Worker.Local;
using Distributed.Worker.Replicas;

namespace Distributed.Simulation.Tests.Cluster;

/// <summary>
/// A real job that is small, with the truth about it: the state after every step and every step's totals, from one
/// worker that no fault befalls.
/// </summary>
internal sealed class SimulatedJob
{
    private readonly List<TrainingState> _states = [];
    private readonly List<StepTotals> _totals = [];
    private readonly List<JobCursor> _cursors = [JobCursor.Start];
    private readonly List<(double Loss, double Accuracy)> _tests = [];

    internal SimulatedJob(
        string name, Layer model, Optimizer optimizer, int samples, int batchSize, int microbatchSize, int epochs,
        int buckets, int features = 6)
    {
        (Name, Epochs) = (name, epochs);
        var data = new DataSplit(new PointCloud(samples, features), new PointCloud(30, features));
        var graph = new TrainingGraph(model, data.Train);
        Replica = new ReplicaJob
        {
            Graph = graph,
            Schedule = new BatchSchedule(samples, batchSize, microbatchSize, seed: 3),
            Data = data,
            EvaluationPlan = graph.EvaluationPlan(microbatchSize),
            Optimizer = optimizer,
            Seed = 7,
        };
        Shape = new StateShape(graph.Layout.Length, optimizer.Slots.Count > 0, buckets);
        Microbatches = ((batchSize - 1) / microbatchSize) + 1;
        Train();
    }

    internal string Name { get; }

    internal int Epochs { get; }

    internal ReplicaJob Replica { get; }

    internal StateShape Shape { get; }

    internal int Microbatches { get; }

    internal long StepsTotal => (long)Epochs * Replica.Schedule.StepsPerEpoch;

    internal string Fingerprint => _states[^1].Fingerprint();

    /// <summary>The true state after so many steps.</summary>
    internal TrainingState State(long step) => _states[(int)step];

    /// <summary>The true totals of a step, from 0.</summary>
    internal StepTotals Totals(long step) => _totals[(int)step];

    /// <summary>The true cursor after so many steps, with the sums of the epoch.</summary>
    internal JobCursor Cursor(long step) => _cursors[(int)step];

    /// <summary>The true held-out loss and accuracy after an epoch, from 1.</summary>
    internal (double Loss, double Accuracy) Test(int epoch) => _tests[epoch - 1];

    internal TrainingState NewState() => new(Replica.Graph.Layout, Replica.Optimizer);

    private void Train()
    {
        var (schedule, graph) = (Replica.Schedule, Replica.Graph);
        var state = NewState();
        graph.Layout.Initialise(Replica.Seed, state.Parameters);
        var plan = graph.TrainingPlan(schedule.BatchSize);
        var job = new LocalJob
        {
            Graph = graph,
            Schedule = schedule,
            Data = Replica.Data,
            EvaluationPlan = Replica.EvaluationPlan,
            State = state,
            TrainingPlan = plan,
            Group = new SharedMemoryGroup(1, plan.Partials, Microbatches, Microbatches, TimeSpan.FromMinutes(1)),
        };
        var steps = new LocalSteps(job, TimeProvider.System);
        _states.Add(CopyOf(state));
        for (var step = 0L; step < StepsTotal; step++)
        {
            _totals.Add(steps.Train(new TrainPlan(1, 0, step, 1, Sharding.Equal(1))).Steps[0]);
            _states.Add(CopyOf(state));
            _cursors.Add(_cursors[^1].After([_totals[^1]], schedule.StepsPerEpoch));
            if ((step + 1) % schedule.StepsPerEpoch == 0)
            {
                _tests.Add(Evaluate(steps));
            }
        }
    }

    private (double Loss, double Accuracy) Evaluate(LocalSteps steps)
    {
        var found = steps.Evaluate(new EvaluatePlan(1, 0, Sharding.Equal(1)));
        var samples = (double)Replica.Data.Test!.Count;
        return (
            CanonicalTree.Sum(found.Losses.ToArray()) / samples, CanonicalTree.Sum(found.Hits.ToArray()) / samples);
    }

    private TrainingState CopyOf(TrainingState state)
    {
        var copy = NewState();
        Copy(state.Parameters, copy.Parameters);
        for (var slot = 0; slot < state.Slots.Count; slot++)
        {
            Copy(state.Slots[slot], copy.Slots[slot]);
        }

        return copy;
    }

    private static void Copy(AlignedBuffer from, AlignedBuffer to) => from.Span.CopyTo(to.Span);
}
