using Distributed.Cluster.Messages;

namespace Distributed.Worker.Tests;

/// <summary>Work that takes note of what it is asked and is done at once, unless the test holds it.</summary>
internal sealed class ScriptedWork : IShardWork
{
    private Action<PeersLost> _lost = _ => { };

    /// <summary>What was asked, in order.</summary>
    internal List<object> Asked { get; } = [];

    /// <summary>What a halt says is held.</summary>
    internal IReadOnlyList<Holding> Holdings { get; set; } = [];

    /// <summary>Makes the task of a forming; done at once by default.</summary>
    internal Func<Form, Task<Formed>> Forming { get; set; } =
        form => Task.FromResult(new Formed(form.Generation, form.Rank));

    /// <summary>Makes the task of a plan; done at once by default.</summary>
    internal Func<TrainPlan, Task<TrainDone>> Training { get; set; } = plan => Task.FromResult(Done(plan));

    internal PeersLost? Misses { get; set; }

    public void Open(Action<PeersLost> lost) => _lost = lost;

    public Standing Halt(Regroup regroup)
    {
        Asked.Add(regroup);
        return new Standing(regroup.Generation, Holdings, 0, []);
    }

    public Task<Formed> Form(Form form)
    {
        Asked.Add(form);
        return Forming(form);
    }

    public PeersLost? Missing() => Misses;

    public Task<TrainDone> Train(TrainPlan plan)
    {
        Asked.Add(plan);
        return Training(plan);
    }

    public Task<EvaluateDone> Evaluate(EvaluatePlan plan)
    {
        Asked.Add(plan);
        return Task.FromResult(new EvaluateDone(plan.Generation, plan.Rank, [], []));
    }

    public void Save(SavePlan plan) => Asked.Add(plan);

    internal static TrainDone Done(TrainPlan plan) =>
        new(plan.Generation, plan.Rank, plan.FirstStep, [], default, null);

    internal void Lose(PeersLost lost) => _lost(lost);
}
