using System.Globalization;
using System.Text;

namespace Distributed.Actors;

/// <summary>Fills the holes of a log message. Never throws: a bad template is still worth reading.</summary>
internal static class LogTemplate
{
    internal static string Fill(string format, object?[] args)
    {
        if (args.Length == 0)
        {
            return format;
        }

        var text = new StringBuilder();
        var (at, holeIndex) = (0, 0);
        while (at < format.Length)
        {
            var open = format.IndexOf('{', at);
            var close = open < 0 ? -1 : format.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            text.Append(format, at, open - at);
            AppendHole(text, format[(open + 1)..close], holeIndex++, args);
            at = close + 1;
        }
        return text.Append(format, at, format.Length - at).ToString();
    }

    private static void AppendHole(StringBuilder text, string hole, int holeIndex, object?[] args)
    {
        var colon = hole.IndexOf(':');
        var name = colon < 0 ? hole : hole[..colon];
        var index = int.TryParse(name, out var number) ? number : holeIndex;
        if (index < 0 || index >= args.Length)
        {
            text.Append('{').Append(hole).Append('}');
            return;
        }
        try
        {
            text.Append(colon >= 0 && args[index] is IFormattable value
                ? value.ToString(hole[(colon + 1)..], CultureInfo.InvariantCulture)
                : args[index]?.ToString() ?? "null");
        }
        catch (FormatException)
        {
            text.Append('{').Append(hole).Append('}');
        }
    }
}
