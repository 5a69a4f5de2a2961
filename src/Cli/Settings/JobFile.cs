using Distributed.Engine.Errors;
using YamlDotNet.Core;

namespace Distributed.Cli.Settings;

/// <summary>A job as a file: one YAML mapping from the options' names to their values.</summary>
/// <remarks>The model may be spelled out as a list, layers: see <see cref="JobFileLayers"/>.</remarks>
internal static class JobFile
{
    /// <summary>The settings of a file, in its order, and all that is wrong with it.</summary>
    /// <remarks>Errors: UserErrorException where there is no such file.</remarks>
    internal static GivenSettings Read(string path)
    {
        using var text = OpenText(path);
        return Read(path, text);
    }

    /// <summary>The settings of a text, and all that is wrong with it.</summary>
    /// <param name="path">What to call it in messages.</param>
    internal static GivenSettings Read(string path, TextReader text) =>
        new JobFileReader(path, new Parser(text)).Read();

    /// <summary>A resolved job as text that Read accepts again.</summary>
    internal static string Write(TrainRequest request)
    {
        var lines = JobSettings.All
            .Where(setting => setting != JobSettings.Workers)
            .Select(setting => (setting, value: setting.Show(request)))
            .Where(line => line.value is not null)
            .Select(line => $"{line.setting.Name}: {Quote(line.setting, line.value!)}\n");
        const string Header = "# Everything that decides the trained bits; distributed train --job takes it.\n";
        return string.Concat(lines.Prepend(Header));
    }

    private static StreamReader OpenText(string path)
    {
        try
        {
            return new StreamReader(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserErrorException(
                $"--job {path} cannot be read: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}; give a YAML file");
        }
    }

    private static string Quote(Setting setting, string value) =>
        setting.Kind == ValueKind.Text ? $"'{value.Replace("'", "''", StringComparison.Ordinal)}'" : value;
}
