using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Distributed.EndToEnd.Tests.Clusters;
using Distributed.EndToEnd.Tests.Processes;

namespace Distributed.EndToEnd.Tests.Faults;

/// <summary>One row of the fault table while it is played: what was seen of the fault, and after how long.</summary>
/// <remarks>Times are measured and told, and no test fails on one.</remarks>
internal sealed class FaultRow
{
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private readonly Action<string> _tell;
    private readonly int _from;

    /// <param name="cluster">Its log counts from here on.</param>
    internal FaultRow(StandaloneCluster cluster, Action<string> tell) =>
        (Cluster, _from, _tell) = (cluster, cluster.Log.Count, tell);

    internal StandaloneCluster Cluster { get; }

    /// <summary>The line that names worker, phase, step and cause, as "lost" and "troubled" do.</summary>
    /// <param name="cause">What the cause must say.</param>
    internal JsonElement SeesLine(string kind, string? worker, string cause = "")
    {
        var line = Cluster.Log.WaitForEvent(
            kind, found => worker is null || found.GetProperty("worker").GetString() == worker, _from);
        Tell(line);
        Assert.NotEmpty(line.GetProperty("phase").GetString()!);
        Assert.True(line.GetProperty("step").GetInt64() >= 0);
        Assert.Contains(cause, line.GetProperty("cause").GetString()!, StringComparison.Ordinal);
        Assert.NotEmpty(line.GetProperty("cause").GetString()!);
        return line;
    }

    /// <summary>Training goes on.</summary>
    /// <param name="from">Where the log counts from; the fault by default.</param>
    internal void Recovers(int? from = null) => Tell(Cluster.Log.WaitForEvent("recovered", from: from ?? _from));

    internal void Trains(params IEnumerable<string> workers) =>
        Cluster.WaitForMembers(members => workers.All(members.Contains), _from);

    /// <summary>A line on a process's standard error.</summary>
    internal void SeesError(RunningProcess process, string text, int from = 0) => TellText(process.Errors.WaitFor(
        line => line.Contains(text, StringComparison.Ordinal), $"a line with '{text}'", from));

    private void Tell(JsonElement line) => TellText(line.GetRawText());

    private void TellText(string text) => _tell(string.Create(
        CultureInfo.InvariantCulture, $"{_since.Elapsed.TotalSeconds,7:0.00} s  {text}"));
}
