using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Distributed.Cli.Settings;

/// <summary>A job as a file: one YAML mapping from the options' names to their values.</summary>
/// <remarks>
/// The model may be spelled out as a list, layers: see <see cref="JobFileLayers"/>.
/// Errors: UserErrorException, a line for each mistake, with file, line and column.
/// </remarks>
internal static class JobFile
{
    /// <summary>The settings of a file, in its order.</summary>
    internal static IReadOnlyList<Given> Read(string path)
    {
        using var text = OpenText(path);
        return Read(path, text);
    }

    /// <summary>The settings of a text.</summary>
    /// <param name="path">What to call it in messages.</param>
    internal static IReadOnlyList<Given> Read(string path, TextReader text)
    {
        try
        {
            return ReadDocument(path, new Parser(text));
        }
        catch (YamlException error)
        {
            throw At(path, error.Start, $"this is no YAML: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}");
        }
    }

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

    private static List<Given> ReadDocument(string path, Parser parser)
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _) || !parser.Accept<MappingStart>(out _))
        {
            var seen = parser.Current is Scalar { Value: "" } or StreamEnd ? "the file is empty" : Kind(parser.Current);
            throw At(path, parser.Current?.Start ?? default,
                $"{seen}: needs settings, one per line, as epochs: 20");
        }

        parser.Consume<MappingStart>();
        var (settings, mistakes) = (new List<Given>(), new List<string>());
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            ReadSetting(path, parser, settings, mistakes);
        }

        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
        {
            throw At(path, second.Start, "a second document starts: keep one job in a file");
        }

        return mistakes.Count == 0 ? settings : throw new UserErrorException(string.Join('\n', mistakes));
    }

    /// <summary>Reads one setting, or notes what is wrong with it and goes on with the next.</summary>
    private static void ReadSetting(string path, Parser parser, List<Given> settings, List<string> mistakes)
    {
        if (!parser.TryConsume<Scalar>(out var key))
        {
            throw At(path, parser.Current!.Start, $"{Kind(parser.Current)} stands where a setting's name is needed");
        }

        try
        {
            settings.Add(key.Value == JobFileLayers.Key
                ? ReadLayers(path, parser, key, settings)
                : ReadSetting(path, parser, key, settings));
        }
        catch (UserErrorException mistake)
        {
            mistakes.AddRange(mistake.Message.Split('\n'));
        }
    }

    private static Given ReadLayers(string path, Parser parser, Scalar key, List<Given> before)
    {
        var name = $"{Place(path, key.Start)}: {key.Value}";
        var layers = JobFileLayers.Read(parser, mark => Place(path, mark));
        return before.FirstOrDefault(given => given.Setting == JobSettings.Model) is { } first
            ? throw new UserErrorException($"{name} is a second model, after {first.Spelled}: leave one of them out")
            : new Given(JobSettings.Model, LayerSpec.WriteList(layers.Select(layer => layer.Spec)), name)
            {
                LayerPlaces = [.. layers.Select(layer => layer.Place)],
            };
    }

    private static Given ReadSetting(string path, Parser parser, Scalar key, List<Given> before)
    {
        var name = $"{Place(path, key.Start)}: {key.Value}";
        var seen = parser.Current!;
        parser.SkipThisAndNestedEvents();
        var setting = JobSettings.All.FirstOrDefault(setting => setting.Name == key.Value) ?? throw Unknown(path, key);
        if (before.FirstOrDefault(given => given.Setting == setting) is { } first)
        {
            throw new UserErrorException($"{name} is there twice, first as {first.Spelled}: leave one of them out");
        }

        if (seen is not Scalar value)
        {
            throw At(path, seen.Start, $"{key.Value} is {Kind(seen)}: needs one value, as {Example(setting)}");
        }

        return new Given(setting, Value(path, setting, value), name);
    }

    private static object Value(string path, Setting setting, Scalar scalar)
    {
        var where = $"{Place(path, scalar.Start)}: {setting.Name}";
        var isPlain = scalar.Style == ScalarStyle.Plain;
        if (isPlain && scalar.Value is "" or "~" or "null")
        {
            throw new UserErrorException($"{where} has no value: write one, as {Example(setting)}, or leave it out");
        }

        return setting.Kind is ValueKind.Text || isPlain
            ? setting.Read(where, scalar.Value)
            : throw new UserErrorException(
                $"{where} \"{scalar.Value}\" is text: write it without quotes, as {Example(setting)}");
    }

    private static string Example(Setting setting) => $"{setting.Name}: " + setting.Kind switch
    {
        ValueKind.Switch => "true",
        ValueKind.Task => "regression",
        ValueKind.Fraction => "0.2",
        _ => setting.Show(TrainRequest.Default) ?? (setting.Kind == ValueKind.Count ? "4" : "price"),
    };

    private static UserErrorException Unknown(string path, Scalar key)
    {
        var names = JobSettings.All.Select(setting => setting.Name).Append(JobFileLayers.Key).ToList();
        var near = NearestName.Of(key.Value, names) is { } name ? $"did you mean {name}? " : "";
        return At(path, key.Start,
            $"{(key.Value.Length == 0 ? "an empty name" : key.Value)} is no setting: {near}"
            + $"choose {string.Join(", ", names)}");
    }

    internal static string Kind(ParsingEvent? seen) => seen switch
    {
        SequenceStart => "a list",
        MappingStart => "a mapping",
        AnchorAlias => "an alias",
        Scalar => "a single value",
        _ => "nothing",
    };

    private static string Quote(Setting setting, string value) =>
        setting.Kind == ValueKind.Text ? $"'{value.Replace("'", "''", StringComparison.Ordinal)}'" : value;

    private static UserErrorException At(string path, in Mark mark, string message) =>
        new($"{Place(path, mark)}: {message}");

    private static string Place(string path, in Mark mark) =>
        $"{path}:{Math.Max(1, mark.Line)}:{Math.Max(1, mark.Column)}";
}
