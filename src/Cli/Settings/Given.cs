using Distributed.Engine.Errors;

namespace Distributed.Cli.Settings;

/// <summary>A setting that was given, and where.</summary>
/// <param name="Spelled">For messages: --epochs, or job.yaml:3:1: epochs.</param>
internal sealed record Given(Setting Setting, object Value, string Spelled)
{
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
            var culprit = settings.LastOrDefault(given =>
                error.Message.StartsWith($"--{given.Setting.Name} ", StringComparison.Ordinal));
            if (culprit is null || culprit.Spelled[0] == '-')
            {
                throw;
            }

            throw new UserErrorException($"{culprit.Spelled}{error.Message[(culprit.Setting.Name.Length + 2)..]}");
        }
    }
}
