using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Distributed.Cli.Settings;

/// <summary>Reads a job file once from top to bottom, and notes what is wrong on the way.</summary>
internal sealed class JobFileReader(string path, Parser parser)
{
    private readonly List<Given> _settings = [];
    private readonly List<Setting> _unread = [];
    private readonly List<Mistake> _mistakes = [];
    private SpelledLayers? _layers;
    private Scalar? _model;
    private bool _broken;

    internal GivenSettings Read()
    {
        try
        {
            ReadDocument();
        }
        catch (YamlException error)
        {
            _broken = true;
            Note(error.Start, $"this is no YAML: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or EndOfStreamException)
        {
            // The parser's own answers to some texts, as a word that goes on over lines inside brackets.
            _broken = true;
            Note(parser.Current?.End ?? default,
                "this is no YAML that can be read to its end: look for a bracket, a quote or a colon out of place");
        }

        // Nobody knows what else a file says that is read in part only.
        return new GivenSettings
        {
            All = _settings,
            Mistakes = _mistakes,
            Unread = _broken ? JobSettings.All : [.. _unread.Where(setting => _settings.TrueForAll(
                given => given.Setting != setting))],
            Layers = _broken ? null : _layers,
        };
    }

    /// <summary>What an event is called in messages.</summary>
    internal static string Kind(ParsingEvent? seen) => seen switch
    {
        SequenceStart => "a list",
        MappingStart => "a mapping",
        AnchorAlias => "an alias",
        Scalar => "a single value",
        _ => "nothing",
    };

    private void ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _) || !parser.TryConsume<MappingStart>(out _))
        {
            _broken = true;
            var seen = parser.Current is Scalar { Value: "" } or StreamEnd ? "the file is empty" : Kind(parser.Current);
            Note(parser.Current?.Start ?? default, $"{seen}: needs settings, one per line, as epochs: 20");
            return;
        }

        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
            {
                Note(parser.Current!.Start, $"{Kind(parser.Current)} stands where a setting's name is needed");
                parser.SkipValue();
                parser.SkipValue();
            }
            else if (key.Value == JobFileLayers.Key)
            {
                ReadLayers(key);
            }
            else
            {
                ReadSetting(key);
            }
        }

        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
        {
            Note(second.Start, "a second document starts: keep one job in a file");
        }
    }

    private void ReadLayers(Scalar key)
    {
        var before = _mistakes.Count;
        var layers = new JobFileLayers(parser, At, _mistakes).Read();
        if (IsSecondModel(key))
        {
            return;
        }

        _layers = layers;
        if (_mistakes.Count > before)
        {
            _unread.Add(JobSettings.Model);
        }
        else
        {
            _settings.Add(
                new Given(JobSettings.Model, LayerSpec.WriteList(layers.Layers), At(key.Start)) { Key = key.Value });
        }
    }

    private void ReadSetting(Scalar key)
    {
        var seen = parser.Current!;
        parser.SkipValue();
        if (JobSettings.All.FirstOrDefault(setting => setting.Name == key.Value) is not { } setting)
        {
            NoteUnknown(key);
        }
        else if (_settings.Find(given => given.Setting == setting && given.Key == key.Value) is { } first)
        {
            Note(key.Start, $"{key.Value} is there twice, first as {first.Spelled}: leave one of them out");
        }
        else if (setting != JobSettings.Model || !IsSecondModel(key))
        {
            ReadValue(setting, key, seen);
        }
    }

    /// <summary>A model by name and a list of layers, or one of them twice.</summary>
    private bool IsSecondModel(Scalar key)
    {
        if (_model is null)
        {
            _model = key;
            return false;
        }

        var what = key.Value == _model.Value ? "is there twice, first as" : "is a second model, after";
        Note(key.Start, $"{key.Value} {what} {At(_model.Start)}: {_model.Value}: leave one of them out");
        return true;
    }

    private void ReadValue(Setting setting, Scalar key, ParsingEvent seen)
    {
        try
        {
            if (seen is not Scalar value)
            {
                throw new UserErrorException($"{setting.Name} is {Kind(seen)}: needs one value, as {Example(setting)}");
            }

            _settings.Add(new Given(setting, Value(setting, value), At(key.Start)));
        }
        catch (UserErrorException mistake)
        {
            Note(seen.Start, mistake.Message);
            _unread.Add(setting);
        }
    }

    private static object Value(Setting setting, Scalar scalar)
    {
        var isPlain = scalar.Style == ScalarStyle.Plain;
        if (isPlain && scalar.Value is "" or "~" or "null")
        {
            throw new UserErrorException(
                $"{setting.Name} has no value: write one, as {Example(setting)}, or leave it out");
        }

        return setting.Kind is ValueKind.Text || isPlain
            ? setting.Read(setting.Name, scalar.Value)
            : throw new UserErrorException(
                $"{setting.Name} \"{scalar.Value}\" is text: write it without quotes, as {Example(setting)}");
    }

    private static string Example(Setting setting) => $"{setting.Name}: " + setting.Kind switch
    {
        ValueKind.Switch => "true",
        ValueKind.Task => "regression",
        ValueKind.Fraction => "0.2",
        _ => setting.Show(TrainRequest.Default) ?? (setting.Kind == ValueKind.Count ? "4" : "price"),
    };

    private void NoteUnknown(Scalar key)
    {
        var names = JobSettings.All.Select(setting => setting.Name).Append(JobFileLayers.Key).ToList();
        var near = NearestName.Of(key.Value, names);
        Note(key.Start,
            $"{(key.Value.Length == 0 ? "an empty name" : key.Value)} is no setting: "
            + $"{(near is null ? "" : $"did you mean {near}? ")}choose {string.Join(", ", names)}");
        if (JobSettings.All.FirstOrDefault(setting => setting.Name == near) is { } meant)
        {
            _unread.Add(meant);
        }
    }

    private void Note(in Mark mark, string text) => _mistakes.Add(new Mistake(At(mark), text));

    private Place At(Mark mark) => new(path, Math.Max(1, mark.Line), Math.Max(1, mark.Column));
}

/// <summary>What the parser's own extensions lack.</summary>
internal static class ParserSteps
{
    /// <summary>Passes over a value and all that is inside it; over nothing where a mapping ends without one.</summary>
    internal static void SkipValue(this Parser parser)
    {
        if (parser.Current is not MappingEnd)
        {
            parser.SkipThisAndNestedEvents();
        }
    }
}
