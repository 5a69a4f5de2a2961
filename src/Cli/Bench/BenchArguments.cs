using System.Globalization;
using Distributed.Cli.Settings;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;

namespace Distributed.Cli.Bench;

/// <summary>distributed bench.</summary>
/// <param name="Parts">In the order in which they run; at least one.</param>
/// <param name="Settings">Model and sizes of the job for layers and scaling.</param>
/// <param name="Length">About how long a part takes.</param>
/// <param name="Json">Lines of JSON in place of tables.</param>
internal sealed record BenchArguments(
    IReadOnlyList<string> Parts, GivenSettings Settings, TimeSpan Length, bool Json) : Request
{
    internal const string Peak = "peak";
    internal const string Gemm = "gemm";
    internal const string Layers = "layers";
    internal const string Scaling = "scaling";
    internal const double SecondsDefault = 10;
    internal const double SecondsMax = 3600;

    internal static IReadOnlyList<string> AllParts { get; } = [Peak, Gemm, Layers, Scaling];

    /// <summary>Understands the words of a command line; no part stands for all.</summary>
    /// <remarks>Errors: UserErrorException for a part that there is not, and for a length out of range.</remarks>
    internal static BenchArguments Of(
        IReadOnlyList<string> parts, GivenSettings settings, string? seconds, bool json)
    {
        if (parts.FirstOrDefault(part => !AllParts.Contains(part)) is { } unknown)
        {
            var meant = NearestName.Of(unknown, AllParts) is { } near ? $"did you mean {near}? " : "";
            throw new UserErrorException(
                $"'{unknown}' is nothing that bench measures: {meant}choose {string.Join(", ", AllParts)}");
        }

        var chosen = AllParts.Where(part => parts.Count == 0 || parts.Contains(part)).ToList();
        return new BenchArguments(chosen, settings, LengthOf(seconds), json);
    }

    private static TimeSpan LengthOf(string? text)
    {
        var value = SecondsDefault;
        var isNumber = text is null
            || double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
        return isNumber && value is > 0 and <= SecondsMax
            ? TimeSpan.FromSeconds(value)
            : throw new UserErrorException(
                $"--seconds {text} is out of range: choose a number above 0 up to {SecondsMax} "
                + $"(default {SecondsDefault})");
    }
}
