using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;

namespace Distributed.Cli.Settings;

/// <summary>A setting that was given, and where.</summary>
/// <param name="Place">Where its name stands; null on the command line.</param>
internal sealed record Given(Setting Setting, object Value, Place? Place)
{
    /// <summary>What it is called there; that of the setting, but for a model's layers in a file.</summary>
    internal string Key { get; init; } = Setting.Name;

    /// <summary>For messages: --epochs, or job.yaml:3:1: epochs.</summary>
    internal string Spelled => Place is { } place ? $"{place}: {Key}" : $"--{Setting.Name}";
}

/// <summary>A model that a file spells out.</summary>
/// <param name="Layers">Its layers, those that could not be read as <see cref="LayerSpec.Unread"/>.</param>
/// <param name="Places">Where what a <see cref="LayerProblem.Path"/> names stands.</param>
internal sealed record SpelledLayers(IReadOnlyList<LayerSpec> Layers, IReadOnlyDictionary<string, Place> Places);

/// <summary>All settings that were given (later ones win), and what is wrong with those not to be read.</summary>
internal sealed class GivenSettings
{
    internal static GivenSettings None { get; } = new();

    internal IReadOnlyList<Given> All { get; init; } = [];

    internal IReadOnlyList<Mistake> Mistakes { get; init; } = [];

    /// <summary>Settings that are there and could not be read, so that nobody knows their values.</summary>
    internal IReadOnlyList<Setting> Unread { get; init; } = [];

    /// <summary>The model, where a file spells it out.</summary>
    internal SpelledLayers? Layers { get; init; }

    /// <summary>These settings and others that win over them.</summary>
    internal GivenSettings And(GivenSettings later) => new()
    {
        All = [.. All, .. later.All],
        Mistakes = [.. Mistakes, .. later.Mistakes],
        Unread = [.. Unread.Where(setting => !later.Has(setting)), .. later.Unread],
        Layers = later.Has(JobSettings.Model) ? later.Layers : later.Layers ?? Layers,
    };

    internal bool Has(Setting setting) => All.Any(given => given.Setting == setting);

    /// <summary>The request with all settings that could be read.</summary>
    internal TrainRequest ApplyTo(TrainRequest request) =>
        All.Aggregate(request, (so, given) => given.Setting.Apply(so, given.Value));

    /// <remarks>Errors: UserErrorException with a line for each setting that could not be read.</remarks>
    internal void ThrowMistakes()
    {
        if (Mistakes.Count > 0)
        {
            throw new UserErrorException(Mistake.Lines(Mistakes));
        }
    }

    /// <summary>
    /// One line of a message, with the place in the file of the setting that it starts with, or else of one that it
    /// names.
    /// </summary>
    internal Mistake Placed(string line)
    {
        if (Culprit(given => line.StartsWith($"--{given.Setting.Name} ", StringComparison.Ordinal)) is { } culprit)
        {
            return culprit.Place is { } place
                ? new Mistake(place, $"{culprit.Key}{line[(culprit.Setting.Name.Length + 2)..]}")
                : new Mistake(null, line);
        }

        var named = Culprit(given => line.Contains($" --{given.Setting.Name} ", StringComparison.Ordinal));
        return named?.Place is { } there ? new Mistake(there, $"{named.Key}: {line}") : new Mistake(null, line);
    }

    private Given? Culprit(Func<Given, bool> isMeant) => All.LastOrDefault(isMeant);
}
