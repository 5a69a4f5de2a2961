using Distributed.Cli.Display;
using Distributed.Coordinator;
using Contracts = Distributed.Cluster.Contracts;

namespace Distributed.Cli.Clusters;

/// <summary>Events in the words that those get who watch a job from elsewhere.</summary>
internal static class Telling
{
    /// <summary>Null for what the status says: steps, and the start.</summary>
    internal static Contracts.JobEvent? Describe(JobEvent happened, RunHeader header)
    {
        var (text, json) = happened switch
        {
            EpochCompleted epoch => (
                $"epoch {epoch.Epoch}/{header.Epochs}  {Wording.Results(epoch)}", JsonEvents.Of(epoch)),
            CheckpointSaved saved => ($"checkpoint of step {saved.Step}: {saved.Location}", JsonEvents.Of(saved)),
            MembershipEvent membership => (Wording.Of(membership), JsonEvents.Of(membership)),
            JobEnded end => (
                string.Join('\n', Wording.Summary(
                    new RunOutcome(end, header.Command, header.RunDirectory, null) { Epochs = header.Epochs })),
                JsonEvents.Of(end, null, header.RunDirectory)),
            _ => (null, ""),
        };
        return text is null
            ? null
            : new Contracts.JobEvent { Kind = JsonEvents.KindOf(happened), Text = text, Json = json };
    }
}
