using System.Globalization;
using Distributed.Engine.Disks;
using Distributed.Engine.Errors;

namespace Distributed.Training.Runs;

/// <summary>One run: job.yaml, metrics.jsonl, checkpoints/, and a lock while a process works in it.</summary>
/// <remarks>
/// The lock is the operating system's, on an open file: it is gone when the process is, however it ended.
/// Errors: UserErrorException in one line for a folder that cannot be made, is in use, or is not what was asked for.
/// </remarks>
public sealed class RunDirectory : IDisposable
{
    /// <summary>Where runs are kept that were given no folder of their own.</summary>
    public const string RootName = "runs";

    public const string JobFileName = "job.yaml";

    private const string LockFileName = ".lock";

    private readonly FileStream _lock;
    private readonly bool _isNew;

    private RunDirectory(string path, FileStream taken, bool isNew) => (Path, _lock, _isNew) = (path, taken, isNew);

    public string Path { get; }

    public string JobPath => System.IO.Path.Combine(Path, JobFileName);

    public string MetricsPath => System.IO.Path.Combine(Path, "metrics.jsonl");

    public string CheckpointsPath => CheckpointsOf(Path);

    public static string CheckpointsOf(string path) => System.IO.Path.Combine(path, "checkpoints");

    /// <summary>Makes a folder for a new run; an empty one that is already there will do.</summary>
    public static RunDirectory Create(string path)
    {
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new UserErrorException(
                $"--run-dir {path} is not empty: go on with that run with --resume, or choose another directory");
        }

        return Take(path);
    }

    /// <summary>Makes a folder named for the time, in UTC, in the given root.</summary>
    public static RunDirectory CreateNamed(string root, TimeProvider clock)
    {
        var name = clock.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        for (var number = 1; ; number++)
        {
            var path = System.IO.Path.Combine(root, number == 1 ? name : $"{name}-{number}");
            if (Directory.Exists(path) || File.Exists(path))
            {
                continue;
            }

            try
            {
                return Take(path);
            }
            catch (RunTakenException) when (Directory.Exists(path))
            {
                // Another process had the same idea in the same moment.
            }
        }
    }

    /// <summary>Opens the folder of an earlier run.</summary>
    public static RunDirectory Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new UserErrorException(
                $"--resume: there is no directory {path}: give the one of an earlier run with --run-dir");
        }

        return IsRun(path)
            ? Take(path)
            : throw new UserErrorException(
                $"--resume: {path} holds neither {JobFileName} nor checkpoints: give the directory of an earlier run");
    }

    /// <summary>The newest run in a root: the last by name, as names are times.</summary>
    public static RunDirectory OpenNewest(string root)
    {
        var newest = Directory.Exists(root)
            ? Directory.EnumerateDirectories(root).Where(IsRun).OrderDescending(StringComparer.Ordinal).FirstOrDefault()
            : null;
        return newest is not null
            ? Open(newest)
            : throw new UserErrorException(
                $"--resume: there is no run in {root}: give the directory of an earlier run with --run-dir");
    }

    public void WriteJob(string yaml) => File.WriteAllText(JobPath, yaml);

    /// <summary>Removes a new folder that nothing was kept in, because the job turned out to be impossible.</summary>
    public void Abandon()
    {
        Dispose();
        if (!_isNew)
        {
            return;
        }

        try
        {
            Directory.Delete(Path);
        }
        catch (IOException)
        {
            // Something is in it after all, or it is gone already: either way nothing is left to tidy.
        }
    }

    public void Dispose()
    {
        try
        {
            // Removed while it is still held: a process that opens it afterwards makes a lock file of its own.
            File.Delete(_lock.Name);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A lock file that stays is no lock; see the class remarks.
        }

        _lock.Dispose();
    }

    /// <summary>True for the folder of an earlier run.</summary>
    public static bool IsRun(string path) =>
        File.Exists(System.IO.Path.Combine(path, JobFileName)) || Directory.Exists(CheckpointsOf(path));

    private static RunDirectory Take(string path)
    {
        var isNew = !Directory.Exists(path);
        try
        {
            LocalDisk.Instance.CreateDirectoryDurably(System.IO.Path.GetFullPath(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserErrorException($"--run-dir {path} cannot be made: {Reason(error)}; choose another directory");
        }

        try
        {
            var lockPath = System.IO.Path.Combine(path, LockFileName);
            return new RunDirectory(
                path, new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), isNew);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new UserErrorException(
                $"--run-dir {path} is not writable: {Reason(error)}; choose another directory");
        }
        catch (IOException error)
        {
            throw new RunTakenException(
                $"--run-dir {path} cannot be used: {Reason(error)}; if another process trains there, "
                + "wait for it to end");
        }
    }

    private sealed class RunTakenException(string line) : UserErrorException(line);

    private static string Reason(Exception error) => error.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
