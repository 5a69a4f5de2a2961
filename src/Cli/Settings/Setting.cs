using System.Globalization;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;

namespace Distributed.Cli.Settings;

/// <summary>One setting of a job: an option on the command line and a key in a job file, with the same name.</summary>
/// <param name="Name">As in --batch-size and batch-size:, without dashes in front.</param>
/// <param name="ValueName">What stands for its value in help; empty for a switch.</param>
/// <param name="Kind">How its text is read.</param>
/// <param name="Help">Meaning, unit, range, default.</param>
/// <param name="Choose">What to do about a value that cannot be read.</param>
/// <param name="Apply">The request with this value.</param>
/// <param name="Show">The value as text that reads back to the same bits; null where it is not set.</param>
internal sealed record Setting(
    string Name, string ValueName, ValueKind Kind, string Help, string Choose,
    Func<TrainRequest, object, TrainRequest> Apply, Func<TrainRequest, string?> Show)
{
    internal bool IsSwitch => Kind == ValueKind.Switch;

    /// <summary>Reads a value.</summary>
    /// <remarks>Errors: UserErrorException saying what was seen and what is needed.</remarks>
    internal object Read(string spelled, string text)
    {
        object? value = Kind switch
        {
            ValueKind.Text => text,
            ValueKind.Count => ReadCount(text),
            ValueKind.Seed => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
                ? seed : null,
            ValueKind.Single => float.TryParse(text, Number, CultureInfo.InvariantCulture, out var single)
                ? single : null,
            ValueKind.Fraction => double.TryParse(text, Number, CultureInfo.InvariantCulture, out var fraction)
                ? fraction : null,
            ValueKind.Task => ReadTask(text),
            _ => text switch { "true" => true, "false" => false, _ => null },
        };
        return value ?? throw new UserErrorException($"{spelled} '{text}' is not {Needed}: {Meant(text)}{Choose}");
    }

    private const NumberStyles Number =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private string Needed => Kind switch
    {
        ValueKind.Count or ValueKind.Seed => "a whole number in range",
        ValueKind.Single or ValueKind.Fraction => "a number",
        ValueKind.Task => "a task",
        _ => "true or false",
    };

    private static object? ReadCount(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) ? count : null;

    private static object? ReadTask(string text) => text switch
    {
        "classification" => TaskKind.Classification,
        "regression" => TaskKind.Regression,
        _ => null,
    };

    private string Meant(string text) =>
        Kind == ValueKind.Task && NearestName.Of(text, ["classification", "regression"]) is { } near
            ? $"did you mean {near}? "
            : "";
}

/// <summary>How a setting's text is read.</summary>
internal enum ValueKind
{
    Text,
    Count,
    Seed,
    Single,
    Fraction,
    Task,
    Switch,
}
