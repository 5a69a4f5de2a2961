using Distributed.Cli.Settings;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;

namespace Distributed.Cli.Runs;

/// <summary>Checks a job as a whole: all that can be told about it is told at once.</summary>
/// <remarks>
/// What depends on a setting that could not be read is left out, lest a mistake be told that there is not. Errors:
/// UserErrorException with a line for each mistake, in the order of their places.
/// </remarks>
internal sealed class JobCheck(GivenSettings given, TrainRequest request, int cores)
{
    private static readonly Setting[] OfWorkers =
        [JobSettings.BatchSize, JobSettings.MicrobatchSize, JobSettings.Accumulate];

    private static readonly Setting[] OfOutputs = [JobSettings.Loss, JobSettings.Reduction, JobSettings.Model];

    private readonly List<Mistake> _mistakes = [];

    /// <summary>
    /// Settings by themselves. Where something is wrong with them, data and model are looked at too before it is told.
    /// </summary>
    internal void BeforeData()
    {
        _mistakes.AddRange(given.Mistakes);
        // The default number of workers needs sizes that are in range.
        var problems = request.Job.Problems(1);
        if (problems.Count == 0 && !AnyUnread(OfWorkers))
        {
            problems = request.Job.Problems(request.WorkersOn(cores));
        }

        Add(problems.Where(problem => !problem.StartsWith("--model layer ", StringComparison.Ordinal)));
        if (_mistakes.Count > 0)
        {
            _ = WithData(_ => { });
        }
    }

    /// <summary>The data, and whether the model goes with them.</summary>
    /// <param name="check">Checks data that could be loaded.</param>
    internal DataSplit WithData(Action<DataSplit> check)
    {
        DataSplit? data = null;
        if (!AnyUnread([.. JobSettings.OfData, JobSettings.Seed]))
        {
            Try(() => data = DataCatalog.Load(request.Job.DataOptions));
        }

        if (data is not null)
        {
            check(data);
            Try(() => Catalog.CheckHeldOut(request.Job, data));
        }

        if (!HasBrokenLayers(data) && data is not null && !AnyUnread(OfOutputs))
        {
            Try(() => _ = Catalog.Graph(request.Job, data.Train));
        }

        return _mistakes.Count == 0 ? data! : throw new UserErrorException(Mistake.Lines(_mistakes));
    }

    /// <summary>Follows a model that is spelled out; each problem at its place.</summary>
    private bool HasBrokenLayers(DataSplit? data)
    {
        var layers = given.Layers?.Layers;
        if (layers is null && LayerSpec.IsList(request.Job.Model))
        {
            Try(() => layers = LayerSpec.ReadList(request.Job.Model));
        }

        var problems = layers is null ? [] : SpelledModel.Check(layers, data?.Train.SampleShape);
        _mistakes.AddRange(problems.Select(Placed));
        return problems.Count > 0;
    }

    private Mistake Placed(LayerProblem problem) =>
        given.Layers is { } layers && layers.Places.TryGetValue(problem.Path, out var place)
            ? new Mistake(place, problem.Text)
            : new Mistake(null, $"--model {problem.Text}");

    private void Try(Action check)
    {
        try
        {
            check();
        }
        catch (UserErrorException error)
        {
            Add(error.Message.Split('\n'));
        }
    }

    /// <summary>Adds lines with their places, but for those about what could not be read.</summary>
    private void Add(IEnumerable<string> lines) => _mistakes.AddRange(
        lines.Where(line => !given.Unread.Any(setting => Names(line, setting))).Select(given.Placed));

    private static bool Names(string line, Setting setting)
    {
        var option = $"--{setting.Name}";
        var at = line.IndexOf(option, StringComparison.Ordinal);
        return at >= 0 && (at + option.Length == line.Length
            || !(char.IsAsciiLetter(line[at + option.Length]) || line[at + option.Length] == '-'));
    }

    private bool AnyUnread(IEnumerable<Setting> settings) => settings.Any(given.Unread.Contains);
}
