using Distributed.Engine.Errors;
using Distributed.Engine.Jobs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Distributed.Cli.Settings;

/// <summary>A model that a job file spells out, one layer per item.</summary>
/// <remarks>
/// <code>
/// layers:
///   - flatten
///   - linear: 128
///     name: fc1
///   - relu
///   - linear: {outputs: 10, bias: false}
/// </code>
/// Errors: UserErrorException with a line for every item that cannot be read.
/// </remarks>
internal static class JobFileLayers
{
    /// <summary>The setting's name in a file; on the command line it is --model.</summary>
    internal const string Key = "layers";

    private const string NameKey = "name";
    private const string Example = "- linear: 128";

    /// <summary>Reads the list that comes next.</summary>
    /// <param name="place">A mark as file:line:column.</param>
    internal static IReadOnlyList<(LayerSpec Spec, string Place)> Read(Parser parser, Func<Mark, string> place)
    {
        var start = parser.Current!;
        if (!parser.TryConsume<SequenceStart>(out _))
        {
            parser.SkipThisAndNestedEvents();
            throw new UserErrorException(
                $"{place(start.Start)}: {Key} is {JobFile.Kind(start)}: needs a list, one layer per line, "
                + $"as {Example}");
        }

        var (layers, mistakes) = (new List<(LayerSpec, string)>(), new List<string>());
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            var where = place(parser.Current!.Start);
            try
            {
                layers.Add((ReadLayer(parser, place), where));
            }
            catch (UserErrorException mistake)
            {
                mistakes.Add(mistake.Message);
            }
        }

        if (layers.Count + mistakes.Count == 0)
        {
            mistakes.Add($"{place(start.Start)}: {Key} is an empty list: needs a layer, as {Example}");
        }

        return mistakes.Count == 0 ? layers : throw new UserErrorException(string.Join('\n', mistakes));
    }

    private static LayerSpec ReadLayer(Parser parser, Func<Mark, string> place)
    {
        var (name, mistake) = ((string?)null, (string?)null);
        if (parser.TryConsume<Scalar>(out var kind))
        {
            var only = new LayerSpec(Word(kind, place, ref mistake), null, []);
            return mistake is null ? only : throw new UserErrorException(mistake);
        }

        var start = parser.Current!;
        if (!parser.TryConsume<MappingStart>(out _))
        {
            parser.SkipThisAndNestedEvents();
            throw new UserErrorException(
                $"{place(start.Start)}: {JobFile.Kind(start)} stands where a layer is needed, as {Example}");
        }

        LayerSpec? layer = null;
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            var value = parser.Current!;
            if (key.Value == NameKey && value is Scalar named)
            {
                name = Word(named, place, ref mistake);
                parser.SkipThisAndNestedEvents();
            }
            else if (layer is not null || key.Value == NameKey)
            {
                mistake ??= $"{place(key.Start)}: {key.Value} stands where a layer has its kind already, or no name: "
                    + $"write one kind per item, as {Example}";
                parser.SkipThisAndNestedEvents();
            }
            else
            {
                layer = new LayerSpec(Word(key, place, ref mistake), null, ReadArguments(parser, place, ref mistake));
            }
        }

        mistake ??= layer is null ? $"{place(start.Start)}: the layer has no kind: write one, as {Example}" : null;
        return mistake is null ? layer! with { Name = name } : throw new UserErrorException(mistake);
    }

    /// <summary>A value that can stand in a model's text; what cannot is noted.</summary>
    private static string Word(Scalar scalar, Func<Mark, string> place, ref string? mistake)
    {
        if (scalar.Value.Length == 0
            || !scalar.Value.All(letter => char.IsAsciiLetterOrDigit(letter) || ".-+_".Contains(letter)))
        {
            mistake ??= $"{place(scalar.Start)}: '{scalar.Value.ReplaceLineEndings(" ")}' is no word: use letters, "
                + "digits, dots, dashes and underscores";
        }

        return scalar.Value;
    }

    private static List<(string, string)> ReadArguments(Parser parser, Func<Mark, string> place, ref string? mistake)
    {
        if (parser.TryConsume<Scalar>(out var only))
        {
            return only.Value.Length == 0 ? [] : [("", Word(only, place, ref mistake))];
        }

        var (start, arguments) = (parser.Current!, new List<(string, string)>());
        if (!parser.TryConsume<MappingStart>(out _))
        {
            mistake ??= $"{place(start.Start)}: {JobFile.Kind(start)} stands where a layer's arguments are needed";
            parser.SkipThisAndNestedEvents();
            return arguments;
        }

        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            if (parser.Current is Scalar value)
            {
                arguments.Add((Word(key, place, ref mistake), Word(value, place, ref mistake)));
            }
            else
            {
                mistake ??= $"{place(key.Start)}: {key.Value} is {JobFile.Kind(parser.Current)}: needs one value";
            }

            parser.SkipThisAndNestedEvents();
        }

        return arguments;
    }
}
