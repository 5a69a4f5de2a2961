using System.Buffers;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Jobs;

/// <summary>Reads a model in one line: [flatten, fc1=linear(64), residual([linear(64), relu])].</summary>
/// <remarks>Errors: UserErrorException saying at which character what was needed.</remarks>
internal sealed class LayerText(string model)
{
    private static readonly SearchValues<char> Signs = SearchValues.Create("()[],=");

    /// <summary>Characters before a mistake that are shown.</summary>
    private const int ShownMax = 40;

    private int _at;

    internal IReadOnlyList<LayerSpec> Read()
    {
        var layers = ReadList(1);
        return _at == model.Length ? layers : throw Wrong("nothing may follow the list");
    }

    private List<LayerSpec> ReadList(int depth)
    {
        Take('[', "a list of layers begins with [");
        if (depth > LayerSpec.DepthMax)
        {
            throw Wrong($"lists stand inside lists {LayerSpec.DepthMax} deep at most");
        }

        var layers = new List<LayerSpec>();
        while (!Sees(']'))
        {
            layers.Add(ReadLayer(depth));
            if (!Sees(']'))
            {
                Take(',', "a comma between layers, or ] at the end, is needed");
            }
        }

        _at++;
        SkipBlanks();
        return layers;
    }

    private LayerSpec ReadLayer(int depth)
    {
        var (name, kind) = ((string?)null, Word("a layer is needed"));
        if (Sees('='))
        {
            _at++;
            (name, kind) = (kind, Word("a layer is needed behind its name"));
        }

        var arguments = new List<LayerArgument>();
        if (Sees('('))
        {
            do
            {
                _at++;
                SkipBlanks();
                if (arguments.Count > 0 || !Sees(')'))
                {
                    arguments.Add(ReadArgument(depth));
                }
            }
            while (Sees(','));
            Take(')', "a comma between arguments, or ) at their end, is needed");
        }

        return new LayerSpec(kind, name, arguments);
    }

    private LayerArgument ReadArgument(int depth)
    {
        if (Sees('['))
        {
            return new LayerArgument("", "", ReadList(depth + 1));
        }

        var word = Word("an argument is needed");
        if (!Sees('='))
        {
            return new LayerArgument("", word);
        }

        _at++;
        SkipBlanks();
        return Sees('[')
            ? new LayerArgument(word, "", ReadList(depth + 1))
            : new LayerArgument(word, Word($"{word} needs a value"));
    }

    private string Word(string needed)
    {
        SkipBlanks();
        var length = model.AsSpan(_at).IndexOfAny(Signs);
        var word = model.Substring(_at, length < 0 ? model.Length - _at : length).Trim();
        if (word.Length == 0)
        {
            throw Wrong(needed);
        }

        _at += length < 0 ? model.Length - _at : length;
        return word;
    }

    private void Take(char sign, string needed)
    {
        if (!Sees(sign))
        {
            throw Wrong(needed);
        }

        _at++;
        SkipBlanks();
    }

    private bool Sees(char sign) => _at < model.Length && model[_at] == sign;

    private void SkipBlanks()
    {
        while (_at < model.Length && char.IsWhiteSpace(model[_at]))
        {
            _at++;
        }
    }

    private UserErrorException Wrong(string needed)
    {
        var before = _at <= ShownMax ? model[.._at] : $"…{model[(_at - ShownMax).._at]}";
        return new UserErrorException(
            $"--model cannot be read at character {_at + 1}, behind '{before}': {needed}; write layers as "
            + "[flatten, linear(64), relu, linear(10)]");
    }
}
