using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests.Hosts;

/// <summary>A unit of deploy/systemd.</summary>
internal sealed record SystemdUnit(string File, IReadOnlyList<KeyValuePair<string, string>> Settings)
{
    /// <summary>What systemd and the environment file put into a command, for the instance 7101.</summary>
    private static readonly (string Written, string Means)[] Specifiers =
    [
        ("${COORDINATOR}", "coordinator.example:7000"), ("%d", "/run/credentials/unit"), ("%S", "/var/lib"),
        ("%C", "/var/cache"), ("%H", "host"), ("%i", "7101"),
    ];

    internal string Program => ExecStart[0];

    /// <summary>What the program gets.</summary>
    internal string[] Arguments => [.. ExecStart.Skip(1).Select(Expand)];

    internal IReadOnlyList<string> ExecStart =>
        Values("ExecStart").Single().Split(' ', StringSplitOptions.RemoveEmptyEntries);

    internal IEnumerable<string> Values(string key) =>
        Settings.Where(setting => setting.Key == key).Select(setting => setting.Value);

    internal static IEnumerable<SystemdUnit> All() => Repository.Files("deploy/systemd", "*.service").Select(Read);

    private static SystemdUnit Read(string file)
    {
        var joined = Repository.Read(file).ReplaceLineEndings("\n").Replace("\\\n", " ", StringComparison.Ordinal);
        return new SystemdUnit(file, [.. joined.Split('\n')
            .Where(line => !line.StartsWith('#') && line.Contains('='))
            .Select(line => line.Split('=', 2))
            .Select(parts => KeyValuePair.Create(parts[0], parts[1]))]);
    }

    private static string Expand(string argument) => Specifiers.Aggregate(
        argument, (text, one) => text.Replace(one.Written, one.Means, StringComparison.Ordinal));
}
