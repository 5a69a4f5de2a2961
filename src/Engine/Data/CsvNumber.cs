using System.Globalization;

namespace Distributed.Engine.Data;

/// <summary>Numbers as tables write them: decimal point, optional sign and exponent, blanks around.</summary>
internal static class CsvNumber
{
    private static readonly string[] MissingMarks = ["?", "-", ".", "NA", "N/A", "null", "none", "inf", "+inf", "-inf"];

    /// <summary>Whether the text is written as a number, be it finite or not.</summary>
    internal static bool IsNumber(string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    /// <summary>Whether the text can be a column's name: no number, not blank, no mark for a missing number.</summary>
    internal static bool IsName(string text) =>
        !string.IsNullOrWhiteSpace(text) && !IsNumber(text)
        && !MissingMarks.Contains(text.Trim(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The nearest float; otherwise what is wrong with the text and what to do.</summary>
    internal static string? Parse(ReadOnlySpan<char> text, out float value)
    {
        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value))
        {
            return null;
        }

        if (text.IsWhiteSpace())
        {
            return "is empty; fill it in or delete the row";
        }

        var shown = text.Length <= 40 ? text.ToString() : string.Concat(text[..40], "…");
        shown = shown.ReplaceLineEndings(" ");
        if (float.IsNaN(value))
        {
            return $"is {shown}; write a finite number or delete the row";
        }

        if (float.IsInfinity(value))
        {
            return $"is {shown}, beyond the largest 32-bit number; rescale the column or delete the row";
        }

        return $"is \"{shown}\", which is no number; write one with a decimal point";
    }
}
