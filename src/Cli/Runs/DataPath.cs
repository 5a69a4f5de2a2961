using Distributed.Cli.Settings;

namespace Distributed.Cli.Runs;

/// <summary>Makes the path in --data absolute, so that a run can be resumed from any directory.</summary>
/// <remarks>On the command line it is relative to the working directory, in a job file to that too.</remarks>
internal static class DataPath
{
    internal static TrainRequest Resolve(TrainRequest request, CliHost host) =>
        request with { Job = request.Job with { Data = Absolute(request.Job.Data, host) } };

    /// <summary>The source with an absolute path; unchanged where it has none.</summary>
    internal static string Absolute(string source, CliHost host)
    {
        var (kind, path) = Split(source);
        return path.Length == 0 ? source : kind + host.Absolute(path);
    }

    /// <summary>The source with the path relative to the working directory where it lies below.</summary>
    internal static string Short(string source, CliHost host)
    {
        var (kind, path) = Split(source);
        return path.Length == 0 ? source : kind + ShortPath(path, host);
    }

    internal static string ShortPath(string path, CliHost host)
    {
        var relative = Path.GetRelativePath(host.WorkingDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    private static (string Kind, string Path) Split(string source)
    {
        var colon = source.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0 && source[..colon] is ("idx" or "csv")
            ? (source[..(colon + 1)], source[(colon + 1)..])
            : (source, "");
    }
}
