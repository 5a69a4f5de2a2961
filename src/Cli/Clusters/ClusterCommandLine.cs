using System.CommandLine;
using System.Globalization;
using Distributed.Engine.Errors;

namespace Distributed.Cli.Clusters;

/// <summary>The commands of clusters and their options.</summary>
internal sealed class ClusterCommandLine
{
    private readonly Command _cluster = new("cluster", "Train with several processes.");
    private readonly Command _coordinator = new("coordinator", "Lead a cluster.");
    private readonly Command _worker = new("worker", "Take part in a cluster.");
    private readonly Command[] _calls =
    [
        new("submit", "Give a coordinator a job."), new("status", "Say how a job is."),
        new("watch", "Follow a job."), new("stop", "End a job after a checkpoint."),
        new("checkpoint", "Write a checkpoint now."),
    ];

    private readonly Option<string> _listen = new("--listen");
    private readonly Option<string> _dataListen = new("--data-listen");
    private readonly Option<string> _advertise = new("--advertise");
    private readonly Option<string> _workersMin = new("--workers-min");
    private readonly Option<string> _threads = new("--threads");
    private readonly Option<string> _join = new("--join");
    private readonly Option<string> _name = new("--name");
    private readonly Option<string> _cache = new("--cache-dir");
    private readonly Option<string> _target = new("--coordinator");
    private readonly Option<string> _tokenFile = new("--token-file");
    private readonly Option<string> _certificate = new("--tls-cert");
    private readonly Option<string> _key = new("--tls-key");
    private readonly Option<string> _authority = new("--tls-ca");
    private readonly Option<bool> _insecure = new("--insecure") { Arity = ArgumentArity.Zero };
    private readonly Option<string> _health = new("--health");
    private readonly Option<string> _otlp = new("--otlp");
    private readonly Option<bool> _stay = new("--stay") { Arity = ArgumentArity.Zero };
    private readonly Option<bool> _withParent = new("--with-parent") { Arity = ArgumentArity.Zero };
    private readonly Argument<string> _jobFile = new("JOB.yaml") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _job;
    private readonly Option<string> _runDirectory;
    private readonly Option<bool> _resume;
    private readonly Option<bool> _json;

    /// <param name="train">What train understands, and cluster too.</param>
    internal ClusterCommandLine(
        IEnumerable<Option> train, Option<string> job, Option<string> runDirectory, Option<bool> resume,
        Option<bool> json)
    {
        (_job, _runDirectory, _resume, _json) = (job, runDirectory, resume, json);
        Add(_cluster, [.. train, _threads, _otlp]);
        Option[] security = [_tokenFile, _certificate, _key, _authority, _insecure];
        Add(_coordinator, [
            _listen, _dataListen, _advertise, _job, _workersMin, _runDirectory, .. security, _health, _otlp, _stay,
            _json]);
        Add(_worker, [
            _join, _threads, _name, _listen, _advertise, _cache, .. security, _health, _otlp, _withParent]);
        foreach (var call in _calls)
        {
            Add(call, [_target, _tokenFile, _certificate, _key, _authority, _json]);
        }

        _calls[0].Arguments.Add(_jobFile);
        Add(_calls[0], [_runDirectory, _resume]);
    }

    internal void AddTo(RootCommand root)
    {
        foreach (var command in (IEnumerable<Command>)[_cluster, _coordinator, _worker, .. _calls])
        {
            root.Subcommands.Add(command);
        }
    }

    /// <summary>What the command line asks for.</summary>
    /// <param name="train">Reads what cluster has in common with train.</param>
    /// <remarks>Errors: UserErrorException with one line.</remarks>
    internal Request Parse(ParseResult parsed, Command command, Func<TrainArguments> train)
    {
        if (command == _cluster)
        {
            return new ClusterArguments(train(), Count(parsed, _threads), parsed.GetValue(_otlp));
        }

        if (command == _coordinator)
        {
            return new CoordinatorArguments(
                parsed.GetValue(_listen), parsed.GetValue(_dataListen), parsed.GetValue(_advertise),
                parsed.GetValue(_job), Count(parsed, _workersMin), parsed.GetValue(_runDirectory), Security(parsed),
                parsed.GetValue(_health), parsed.GetValue(_otlp), parsed.GetValue(_stay), parsed.GetValue(_json));
        }

        return command == _worker
            ? ParseWorker(parsed)
            : new ClientArguments(
                command.Name, JobFile(parsed, command), parsed.GetValue(_runDirectory), parsed.GetValue(_resume),
                parsed.GetValue(_target), Security(parsed), parsed.GetValue(_json));
    }

    private WorkerArguments ParseWorker(ParseResult parsed) => new(
        parsed.GetValue(_join) ?? throw new UserErrorException(
            "worker needs --join: give the address that the coordinator printed, as --join 127.0.0.1:7000, or its run "
            + "directory"),
        Count(parsed, _threads), parsed.GetValue(_name), parsed.GetValue(_listen), parsed.GetValue(_advertise),
        parsed.GetValue(_cache), Security(parsed), parsed.GetValue(_health), parsed.GetValue(_otlp),
        parsed.GetValue(_withParent));

    private string? JobFile(ParseResult parsed, Command command) => command.Name != "submit"
        ? null
        : parsed.GetValue(_jobFile) is { Length: > 0 } file
            ? file
            : throw new UserErrorException("submit needs a JOB.yaml: give a job file, as distributed submit job.yaml");

    private SecurityArguments Security(ParseResult parsed) => new(
        parsed.GetValue(_tokenFile), parsed.GetValue(_certificate), parsed.GetValue(_key), parsed.GetValue(_authority),
        parsed.GetValue(_insecure));

    /// <summary>A count; 1 where it is not given.</summary>
    private static int Count(ParseResult parsed, Option<string> option)
    {
        var text = parsed.GetValue(option);
        return text is null ? 1
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 1024
                ? count
                : throw new UserErrorException($"{option.Name} {text} is out of range: choose 1 to 1024 (default 1)");
    }

    private static void Add(Command command, IEnumerable<Option> options)
    {
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
    }
}
