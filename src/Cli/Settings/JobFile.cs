using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Distributed.Cli.Settings;

/// <summary>A job as a file: one YAML mapping from the options' names to their values.</summary>
/// <remarks>Errors: UserErrorException in one line with file, line and column.</remarks>
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
        var settings = new List<Given>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            settings.Add(ReadSetting(path, parser, settings));
        }

        parser.Consume<DocumentEnd>();
        return parser.TryConsume<DocumentStart>(out var second)
            ? throw At(path, second.Start, "a second document starts: keep one job in a file")
            : settings;
    }

    private static Given ReadSetting(string path, Parser parser, List<Given> before)
    {
        if (!parser.TryConsume<Scalar>(out var key))
        {
            throw At(path, parser.Current!.Start, $"{Kind(parser.Current)} stands where a setting's name is needed");
        }

        var setting = JobSettings.All.FirstOrDefault(setting => setting.Name == key.Value) ?? throw Unknown(path, key);
        var name = $"{Place(path, key.Start)}: {key.Value}";
        if (before.FirstOrDefault(given => given.Setting == setting) is { } first)
        {
            throw new UserErrorException($"{name} is there twice, first as {first.Spelled}: leave one of them out");
        }

        if (!parser.TryConsume<Scalar>(out var value))
        {
            throw At(path, parser.Current!.Start,
                $"{key.Value} is {Kind(parser.Current)}: needs one value, as {Example(setting)}");
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
        var names = JobSettings.All.Select(setting => setting.Name).ToList();
        var near = NearestName.Of(key.Value, names) is { } name ? $"did you mean {name}? " : "";
        return At(path, key.Start,
            $"{(key.Value.Length == 0 ? "an empty name" : key.Value)} is no setting: {near}"
            + $"choose {string.Join(", ", names)}");
    }

    private static string Kind(ParsingEvent? seen) => seen switch
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
