using Distributed.Engine.Jobs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Distributed.Cli.Settings;

/// <summary>A model that a job file spells out, one layer per item.</summary>
/// <remarks>
/// <code>
/// layers:
///   - images
///   - residual:
///       layers:
///         - conv: {filters: 8, size: 3, padding: 1}
///         - batchnorm
///       shortcut: [conv: {filters: 8, size: 1}]
///     name: block1
///   - flatten
///   - linear: 10
/// </code>
/// Every item that cannot be read is noted with its place.
/// </remarks>
internal sealed class JobFileLayers(Parser parser, Func<Mark, Place> at, List<Mistake> mistakes)
{
    /// <summary>The setting's name in a file; on the command line it is --model.</summary>
    internal const string Key = "layers";

    private const string NameKey = "name";
    private const string Example = "- linear: 128";

    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>Reads the list that comes next.</summary>
    internal SpelledLayers Read()
    {
        var start = parser.Current!;
        if (parser.Accept<SequenceStart>(out _))
        {
            var layers = ReadList("", 1);
            if (layers.Count == 0)
            {
                Note(start, $"{Key} is an empty list: needs a layer, as {Example}");
            }

            return new SpelledLayers(layers, _places);
        }

        parser.SkipValue();
        Note(start, $"{Key} is {JobFileReader.Kind(start)}: needs a list, one layer per line, as {Example}");
        return new SpelledLayers([], _places);
    }

    private List<LayerSpec> ReadList(string path, int depth)
    {
        var layers = new List<LayerSpec>();
        if (depth > LayerSpec.DepthMax)
        {
            Note(parser.Current!, $"lists of layers stand inside lists {LayerSpec.DepthMax} deep at most");
            parser.SkipValue();
            return layers;
        }

        parser.Consume<SequenceStart>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            var (here, before) = ($"{path}{layers.Count + 1}", mistakes.Count);
            _places[here] = at(parser.Current!.Start);
            var layer = ReadLayer(here, depth);
            // A mistake inside a nested list stands there already; its other layers are still followed.
            layers.Add(mistakes.Count == before || HasUnreadInside(layer) ? layer : LayerSpec.Unread);
        }

        return layers;
    }

    private static bool HasUnreadInside(LayerSpec layer) => layer.Kind.Length > 0 && layer.Arguments.Any(
        argument => argument.Layers is { } inside
            && inside.Any(one => one.Kind.Length == 0 || HasUnreadInside(one)));

    private LayerSpec ReadLayer(string path, int depth)
    {
        if (parser.TryConsume<Scalar>(out var kind))
        {
            return new LayerSpec(Word(kind), null, []);
        }

        var start = parser.Current!;
        if (!parser.TryConsume<MappingStart>(out _))
        {
            parser.SkipValue();
            Note(start, $"{JobFileReader.Kind(start)} stands where a layer is needed, as {Example}");
            return LayerSpec.Unread;
        }

        if (parser.Accept<Scalar>(out var first))
        {
            _places[path] = at(first.Start); // a single pair in a list of one line has no place of its own
        }

        var (layer, name) = ((LayerSpec?)null, (string?)null);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (ReadKey("a layer's kind") is not { } key)
            {
                layer ??= LayerSpec.Unread;
            }
            else if (key.Value == NameKey && name is null && parser.TryConsume<Scalar>(out var named))
            {
                name = Word(named);
            }
            else if (key.Value == NameKey || layer is not null)
            {
                Note(key, key.Value == NameKey
                    ? $"{NameKey} is there twice, or is no single value: write one name per layer, as {NameKey}: fc1"
                    : $"{key.Value} stands where a layer has its kind already: write one kind per item, as {Example}");
                parser.SkipValue();
            }
            else
            {
                layer = new LayerSpec(Word(key), null, ReadArguments(path, depth));
            }
        }

        if (layer is null)
        {
            mistakes.Add(new Mistake(_places[path], $"the layer has no kind: write one, as {Example}"));
        }

        return (layer ?? LayerSpec.Unread) with { Name = name };
    }

    /// <summary>The arguments behind a kind: one value alone, one list alone, or several by name.</summary>
    private List<LayerArgument> ReadArguments(string path, int depth)
    {
        var (start, arguments) = (parser.Current!, new List<LayerArgument>());
        if (!parser.TryConsume<MappingStart>(out _))
        {
            _places[$"{path}/0"] = at(start.Start);
            return start is Scalar { Value: "", Style: ScalarStyle.Plain } ? Skipped(arguments)
                : ReadArgument("", $"{path}/0", depth) is { } only ? [only]
                : arguments;
        }

        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var here = $"{path}/{arguments.Count}";
            if (ReadKey("an argument's name") is { } key)
            {
                _places[here] = at(key.Start);
                arguments.AddRange(ReadArgument(Word(key), here, depth) is { } argument ? [argument] : []);
            }
        }

        return arguments;
    }

    private LayerArgument? ReadArgument(string name, string path, int depth)
    {
        var value = parser.Current!;
        if (parser.Accept<SequenceStart>(out _))
        {
            return new LayerArgument(name, "", ReadList($"{path}/", depth + 1));
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new LayerArgument(name, Word(scalar));
        }

        parser.SkipValue();
        Note(value, $"{(name.Length == 0 ? "the argument" : name)} is {JobFileReader.Kind(value)}: needs one value, or "
            + "a list of layers");
        return null;
    }

    /// <summary>The next key of a mapping; null where it is no single value, which is noted and passed over.</summary>
    private Scalar? ReadKey(string needed)
    {
        if (parser.TryConsume<Scalar>(out var key))
        {
            return key;
        }

        Note(parser.Current!, $"{JobFileReader.Kind(parser.Current)} stands where {needed} is needed");
        parser.SkipValue();
        parser.SkipValue();
        return null;
    }

    /// <summary>A value that can stand in a model's text; what cannot is noted.</summary>
    private string Word(Scalar scalar)
    {
        if (scalar.Value.Length == 0
            || !scalar.Value.All(letter => char.IsAsciiLetterOrDigit(letter) || ".-+_".Contains(letter)))
        {
            Note(scalar, $"'{scalar.Value.ReplaceLineEndings(" ")}' is no word: use letters, digits, dots, dashes and "
                + "underscores");
        }

        return scalar.Value;
    }

    private List<LayerArgument> Skipped(List<LayerArgument> arguments)
    {
        parser.SkipValue();
        return arguments;
    }

    private void Note(ParsingEvent seen, string text) => mistakes.Add(new Mistake(at(seen.Start), text));
}
