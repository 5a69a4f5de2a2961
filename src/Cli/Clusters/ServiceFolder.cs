using Distributed.Cli.Runs;
using Distributed.Cli.Settings;
using Distributed.Cluster.Contracts;
using Distributed.Engine.Errors;
using Distributed.Hosting;

namespace Distributed.Cli.Clusters;

/// <summary>
/// The folder of a coordinator that takes jobs: a folder for each, and the name of the one under way, so that a
/// coordinator that is started again goes on with it.
/// </summary>
internal sealed class ServiceFolder : IDisposable
{
    private const string CurrentName = "current";

    private readonly string _folder;
    private readonly CliHost _host;
    private readonly FileStream _lock;
    private PreparedRun? _prepared;

    private ServiceFolder(string folder, CliHost host, FileStream taken) =>
        (_folder, _host, _lock) = (folder, host, taken);

    private string CurrentPath => Path.Combine(_folder, CurrentName);

    /// <summary>Makes the folder where it is missing, and takes it.</summary>
    /// <remarks>Errors: UserErrorException where it cannot be made or another coordinator works there.</remarks>
    internal static ServiceFolder Open(string folder, CliHost host)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new ServiceFolder(folder, host, new FileStream(
                Path.Combine(folder, ".coordinator"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"--run-dir {folder} cannot be used: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}; if another "
                + "coordinator works there, stop it or choose another directory");
        }
    }

    /// <summary>The job under way when the coordinator before this one ended, prepared anew; null where all were done.
    /// </summary>
    internal JobTicket? Unfinished()
    {
        if (!File.Exists(CurrentPath))
        {
            return null;
        }

        var folder = Path.Combine(_folder, File.ReadAllText(CurrentPath).Trim());
        _prepared = PreparedRun.Resume(folder, GivenSettings.None, _host);
        return Ticket();
    }

    /// <summary>Makes a job of what was submitted.</summary>
    /// <remarks>Errors: UserErrorException in one line.</remarks>
    internal JobTicket Prepare(SubmitJobRequest request)
    {
        var settings = JobFile.Read("the job file", new StringReader(request.JobYaml));
        var name = request.RunDir.Length > 0 ? request.RunDir : null;
        if (name is not null && (Path.GetFileName(name) != name || name.StartsWith('.')))
        {
            throw new UserErrorException(
                $"run directory '{name}' is no plain name: the coordinator keeps runs in {_folder}; give a name");
        }

        if (request.Resume && name is null)
        {
            throw new UserErrorException("--resume needs to know the run: give its name with --run-dir");
        }

        var directory = name is null ? null : Path.Combine(_folder, name);
        _prepared = directory is not null && request.Resume
            ? PreparedRun.ResumeOrNew(directory, settings, _host)
            : PreparedRun.New(directory, settings, _host, _folder);
        File.WriteAllText(CurrentPath, Path.GetFileName(_prepared.Directory.Path) + "\n");
        return Ticket();
    }

    /// <summary>What was prepared last.</summary>
    internal PreparedRun Take()
    {
        var run = _prepared ?? throw new InvalidOperationException("no job is prepared");
        _prepared = null;
        return run;
    }

    /// <summary>The job under way has ended for good.</summary>
    internal void SetFinished() => File.Delete(CurrentPath);

    public void Dispose()
    {
        _prepared?.Dispose();
        _lock.Dispose();
    }

    private JobTicket Ticket() => JobTicket.Of(
        _prepared!.Request.Job, _prepared.Data, _prepared.Directory, _host.Clock);
}
