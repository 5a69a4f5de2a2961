using Distributed.Engine.Errors;

namespace Distributed.Cli.Settings;

/// <summary>A setting that was given, and where.</summary>
/// <param name="Spelled">For messages: --epochs, or job.yaml:3:1: epochs.</param>
internal sealed record Given(Setting Setting, object Value, string Spelled)
{
    /// <summary>Of a model that is spelled out in a file: where each of its layers stands.</summary>
    internal IReadOnlyList<string> LayerPlaces { get; init; } = [];

    /// <summary>One given on the command line.</summary>
    internal static Given OnCommandLine(Setting setting, string text) =>
        new(setting, setting.Read($"--{setting.Name}", text), $"--{setting.Name}");
}

/// <summary>All settings that were given: later ones win.</summary>
internal static class GivenSettings
{
    internal static TrainRequest ApplyTo(this IEnumerable<Given> settings, TrainRequest request) =>
        settings.Aggregate(request, (so, given) => given.Setting.Apply(so, given.Value));

    /// <summary>Runs a check, and where it names a setting that came from a file, says where in the file.</summary>
    internal static void Checked(this IReadOnlyList<Given> settings, Action check)
    {
        try
        {
            check();
        }
        catch (UserErrorException error)
        {
            throw new UserErrorException(string.Join('\n', error.Message.Split('\n').Select(settings.Placed)));
        }
    }

    /// <summary>One line of a message, with the place in the file of the setting that it starts with.</summary>
    private static string Placed(this IReadOnlyList<Given> settings, string line)
    {
        var culprit = settings.LastOrDefault(given =>
            line.StartsWith($"--{given.Setting.Name} ", StringComparison.Ordinal));
        if (culprit is null || culprit.Spelled[0] == '-')
        {
            return line;
        }

        var text = line[(culprit.Setting.Name.Length + 2)..];
        const string Layer = " layer ";
        return text.StartsWith(Layer, StringComparison.Ordinal)
            && int.TryParse(text[Layer.Length..].Split(' ')[0], out var number) && number <= culprit.LayerPlaces.Count
                ? $"{culprit.LayerPlaces[number - 1]}:{text}"
                : $"{culprit.Spelled}{text}";
    }
}
