using System.Diagnostics;
using System.Globalization;

namespace Distributed.EndToEnd.Tests.Hosts;

/// <summary>
/// Several hosts on one machine: a network namespace each, joined by veth pairs to a bridge in a namespace of its own.
/// Nothing of the machine's own network is touched, and all of it is gone in the end.
/// </summary>
internal sealed class NetworkNamespaces : IDisposable
{
    private const string LostAddress = "02:00:00:00:00:fe";

    private readonly string _prefix = $"dte{Environment.ProcessId}";
    private readonly List<string> _made = [];

    /// <param name="hosts">How many, from 1.</param>
    /// <remarks>Errors: InvalidOperationException with the command's own line where it is not permitted.</remarks>
    internal NetworkNamespaces(int hosts)
    {
        try
        {
            Make(0);
            Ip($"-n {Name(0)} link add bridge type bridge");
            Ip($"-n {Name(0)} link set bridge up");
            for (var host = 1; host <= hosts; host++)
            {
                Make(host);
                Ip($"-n {Name(host)} link add eth0 type veth peer name port{host} netns {Name(0)}");
                Ip($"-n {Name(host)} addr add {Address(host)}/24 dev eth0");
                Ip($"-n {Name(host)} link set lo up");
                Ip($"-n {Name(host)} link set eth0 up");
                Ip($"-n {Name(0)} link set port{host} master bridge");
                Ip($"-n {Name(0)} link set port{host} up");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why they cannot be made here; null where they can.</summary>
    internal static string? Missing { get; } = Probe();

    internal static string Address(int host) => string.Create(CultureInfo.InvariantCulture, $"10.88.0.{host}");

    /// <summary>Runs what follows it on a host.</summary>
    internal string Within(int host) => $"ip netns exec {Name(host)}";

    /// <summary>The host's cable is out: nothing comes or goes, and nobody is told.</summary>
    internal void CutBothWays(int host) => Ip($"-n {Name(0)} link set port{host} nomaster");

    internal void HealBothWays(int host) => Ip($"-n {Name(0)} link set port{host} master bridge");

    /// <summary>What the host sends to the other goes nowhere; what the other sends arrives.</summary>
    internal void CutOneWay(int host, int other) =>
        Ip($"-n {Name(host)} neigh replace {Address(other)} lladdr {LostAddress} dev eth0 nud permanent");

    internal void HealOneWay(int host, int other) => Ip($"-n {Name(host)} neigh del {Address(other)} dev eth0");

    /// <summary>Limits what the host sends.</summary>
    /// <returns>Why it cannot be; null where it is done.</returns>
    internal string? Throttle(int host, string rate) =>
        Run("tc", $"-n {Name(host)} qdisc replace dev eth0 root tbf rate {rate} burst 64kb latency 500ms");

    /// <summary>Delays what the host sends.</summary>
    /// <returns>Why it cannot be; null where it is done.</returns>
    internal string? Delay(int host, string time) =>
        Run("tc", $"-n {Name(host)} qdisc replace dev eth0 root netem delay {time}");

    /// <summary>No limit and no delay any more.</summary>
    internal void Unshape(int host) => Run("tc", $"-n {Name(host)} qdisc del dev eth0 root");

    public void Dispose() => _made.ForEach(name => Run("ip", $"netns del {name}"));

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "network namespaces exist on Linux only";
        }

        try
        {
            using var two = new NetworkNamespaces(2);
            return null;
        }
        catch (InvalidOperationException error)
        {
            return $"network namespaces are not permitted here: {error.Message}";
        }
    }

    private string Name(int host) => $"{_prefix}-{host}";

    private void Make(int host)
    {
        Ip($"netns add {Name(host)}");
        _made.Add(Name(host));
    }

    private static void Ip(string arguments)
    {
        if (Run("ip", arguments) is { } error)
        {
            throw new InvalidOperationException($"ip {arguments}: {error}");
        }
    }

    /// <returns>The command's error; null where it succeeds.</returns>
    private static string? Run(string command, string arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(command, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.ReplaceLineEndings(" ").Trim();
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return error.Message;
        }
    }
}

/// <summary>A test that needs network namespaces; skipped, with the reason, where they cannot be made.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SeveralHostsFactAttribute : FactAttribute
{
    public SeveralHostsFactAttribute() => Skip = NetworkNamespaces.Missing;
}
