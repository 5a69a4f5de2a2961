using System.CommandLine;
using Distributed.Cli.Bench;
using Distributed.Cli.Clusters;
using Distributed.Cli.Settings;
using Distributed.Cli.Teaching;
using Distributed.Engine.Errors;

namespace Distributed.Cli;

/// <summary>The commands and their options, and what a given command line asks for.</summary>
/// <remarks>
/// Options are read as text and understood here, so that every mistake is worded as the rest of the program words
/// mistakes. Errors: UserErrorException with one line.
/// </remarks>
internal sealed class CommandLine
{
    private readonly RootCommand _root = new("Trains neural networks with several workers.");
    private readonly Option<bool> _help = new("--help", "-h", "-?") { Arity = ArgumentArity.Zero, Recursive = true };
    private readonly Option<bool> _version = new("--version") { Arity = ArgumentArity.Zero };
    private readonly Command _train = new("train", "Train a model.");
    private readonly Command _eval = new("eval", "Measure a trained model.");
    private readonly Command _example = new("example", "Run a worked example.");
    private readonly Command _bench = new("bench", "Measure this machine.");
    private readonly Option<bool> _json = new("--json") { Arity = ArgumentArity.Zero };
    private readonly Option<bool> _resume = new("--resume") { Arity = ArgumentArity.Zero };
    private readonly Option<string> _job = new("--job");
    private readonly Option<string> _runDirectory = new("--run-dir");
    private readonly Argument<string> _checkpoint = new("CHECKPOINT") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string> _name = new("NAME") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _pictures = new("--out");
    private readonly Argument<string[]> _parts = new("PART") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _seconds = new("--seconds");
    private readonly Dictionary<Setting, Option> _settings = [];
    private readonly ClusterCommandLine _cluster;

    internal CommandLine()
    {
        _root.Options.Clear();
        _root.Directives.Clear();
        _root.Options.Add(_help);
        _root.Options.Add(_version);
        foreach (var setting in JobSettings.All)
        {
            var option = OptionOf(setting);
            _settings.Add(setting, option);
            _train.Options.Add(option);
        }

        foreach (var option in new Option[] { _job, _runDirectory, _resume, _json })
        {
            _train.Options.Add(option);
        }

        foreach (var setting in JobSettings.OfData)
        {
            _eval.Options.Add(_settings[setting]);
        }

        _eval.Options.Add(_json);
        _eval.Arguments.Add(_checkpoint);
        _root.Subcommands.Add(_train);
        _root.Subcommands.Add(_eval);
        _example.Arguments.Add(_name);
        _example.Options.Add(_pictures);
        _root.Subcommands.Add(_example);
        foreach (var setting in BenchHelp.Settings)
        {
            _bench.Options.Add(_settings[setting]);
        }

        _bench.Options.Add(_seconds);
        _bench.Options.Add(_json);
        _bench.Arguments.Add(_parts);
        _root.Subcommands.Add(_bench);
        _cluster = new ClusterCommandLine(_train.Options, _job, _runDirectory, _resume, _json);
        _cluster.AddTo(_root);
    }

    /// <summary>Understands a command line.</summary>
    internal Request Parse(IReadOnlyList<string> arguments)
    {
        var configuration = new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null };
        var parsed = _root.Parse(arguments, configuration);
        var command = parsed.CommandResult.Command;
        if (IsGiven(parsed, _help) || (command == _root && arguments.Count == 0))
        {
            return new HelpRequest(command.Name == _root.Name ? "" : command.Name);
        }

        if (command == _root && IsGiven(parsed, _version))
        {
            return new VersionRequest();
        }

        if (ParseProblem.Find(parsed, _root, command) is { } problem)
        {
            throw new UserErrorException(problem);
        }

        return command == _train ? ParseTrain(parsed)
            : command == _eval ? ParseEval(parsed)
            : command == _example ? new ExampleArguments(parsed.GetValue(_name), parsed.GetValue(_pictures))
            : command == _bench ? ParseBench(parsed)
            : _cluster.Parse(parsed, command, () => ParseTrain(parsed));
    }

    private TrainArguments ParseTrain(ParseResult parsed) => new(
        Given(parsed, JobSettings.All), parsed.GetValue(_job), parsed.GetValue(_runDirectory),
        IsGiven(parsed, _resume), IsGiven(parsed, _json));

    private EvalArguments ParseEval(ParseResult parsed) => new(
        parsed.GetValue(_checkpoint) is { Length: > 0 } checkpoint
            ? checkpoint
            : throw new UserErrorException(
                "eval needs a CHECKPOINT: give the directory of a run or of one checkpoint, as distributed eval "
                + "runs/NAME"),
        Given(parsed, JobSettings.OfData), IsGiven(parsed, _json));

    private BenchArguments ParseBench(ParseResult parsed)
    {
        var parts = parsed.GetValue(_parts) ?? [];
        // What may be given many times takes options that there are not, too.
        return parts.FirstOrDefault(part => part.StartsWith('-')) is { } option
            ? throw new UserErrorException(ParseProblem.Unmatched(option, _root, _bench))
            : BenchArguments.Of(
                parts, Given(parsed, BenchHelp.Settings), parsed.GetValue(_seconds), IsGiven(parsed, _json));
    }

    private GivenSettings Given(ParseResult parsed, IReadOnlyList<Setting> settings)
    {
        var (given, mistakes, unread) = (new List<Given>(), new List<Mistake>(), new List<Setting>());
        foreach (var setting in settings.Where(setting => IsGiven(parsed, _settings[setting])))
        {
            var text = _settings[setting] is Option<string> option ? parsed.GetValue(option)! : "true";
            try
            {
                given.Add(new Given(setting, setting.Read($"--{setting.Name}", text), null));
            }
            catch (UserErrorException mistake)
            {
                mistakes.Add(new Mistake(null, mistake.Message));
                unread.Add(setting);
            }
        }

        return new GivenSettings { All = given, Mistakes = mistakes, Unread = unread };
    }

    /// <summary>False for a switch that only has its default.</summary>
    private static bool IsGiven(ParseResult parsed, Option option) =>
        parsed.GetResult(option) is { Implicit: false };

    private static Option OptionOf(Setting setting) => setting.IsSwitch
        ? new Option<bool>($"--{setting.Name}") { Arity = ArgumentArity.Zero }
        : new Option<string>($"--{setting.Name}");
}

/// <summary>What a command line asks for.</summary>
internal abstract record Request;

/// <param name="Command">Empty for the whole program.</param>
internal sealed record HelpRequest(string Command) : Request;

internal sealed record VersionRequest : Request;

/// <param name="Settings">In the order of <see cref="JobSettings.All"/>.</param>
/// <param name="JobFile">Null when none was given, as is RunDirectory.</param>
internal sealed record TrainArguments(
    GivenSettings Settings, string? JobFile, string? RunDirectory, bool Resume, bool Json) : Request;

/// <param name="Checkpoint">A checkpoint's folder, or a run's.</param>
internal sealed record EvalArguments(string Checkpoint, GivenSettings Settings, bool Json) : Request;
