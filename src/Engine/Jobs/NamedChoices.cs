using System.Globalization;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Jobs;

/// <summary>A choice by name, with numbers behind a colon where it has any: adam, adam:0.9,0.99.</summary>
/// <param name="Name">What is written.</param>
/// <param name="Numbers">What the numbers are, for help; all may be left out from the right.</param>
/// <param name="Make">Makes the thing from its numbers, as many as were given.</param>
internal sealed record NamedChoice<T>(string Name, IReadOnlyList<string> Numbers, Func<NamedNumbers, T> Make)
{
    internal string Usage => Numbers.Count == 0 ? Name : $"{Name}[:{string.Join(',', Numbers)}]";
}

/// <summary>The numbers of a choice: those that were given, and defaults for the others.</summary>
internal sealed class NamedNumbers(IReadOnlyList<double> given)
{
    internal double At(int index, double otherwise) => index < given.Count ? given[index] : otherwise;

    internal float Single(int index, float otherwise) => index < given.Count ? (float)given[index] : otherwise;

    /// <remarks>Errors: ArgumentOutOfRangeException for a number that is not whole.</remarks>
    internal int Whole(int index, int otherwise) => index >= given.Count ? otherwise
        : given[index] == Math.Floor(given[index]) && Math.Abs(given[index]) <= int.MaxValue ? (int)given[index]
        : throw new ArgumentOutOfRangeException(nameof(index), $"{given[index]} is not a whole number");
}

/// <summary>Reads a choice of one option.</summary>
internal static class NamedChoices
{
    /// <remarks>Errors: UserErrorException naming what was given, the nearest name, and what there is.</remarks>
    internal static T Read<T>(string option, string text, IReadOnlyList<NamedChoice<T>> choices)
    {
        var parts = text.Split(':', 2);
        var choice = choices.FirstOrDefault(choice => choice.Name == parts[0]) ?? throw Unknown(option, text, choices);
        var numbers = parts.Length < 2 ? [] : parts[1].Split(',').Select(part => Number(option, text, part)).ToList();
        if (numbers.Count > choice.Numbers.Count)
        {
            throw new UserErrorException(
                $"{option} '{text}' has {numbers.Count} numbers: {choice.Name} takes {choice.Numbers.Count}; "
                + $"write {choice.Usage}");
        }

        try
        {
            return choice.Make(new NamedNumbers(numbers));
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new UserErrorException($"{option} '{text}': {FirstLine(error)}");
        }
    }

    /// <summary>All choices, for help.</summary>
    internal static string Usage<T>(IReadOnlyList<NamedChoice<T>> choices) =>
        string.Join(", ", choices.Select(choice => choice.Usage));

    /// <summary>An error's message without the parameter's name that .NET adds.</summary>
    internal static string FirstLine(ArgumentException error)
    {
        var end = error.Message.IndexOf(" (Parameter", StringComparison.Ordinal);
        return (end < 0 ? error.Message : error.Message[..end]).ReplaceLineEndings(" ");
    }

    private static double Number(string option, string text, string part) =>
        double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
            ? number
            : throw new UserErrorException($"{option} '{text}': '{part}' is no number");

    private static UserErrorException Unknown<T>(string option, string text, IReadOnlyList<NamedChoice<T>> choices)
    {
        var near = NearestName.Of(text.Split(':')[0], choices.Select(choice => choice.Name));
        var meant = near is null ? "" : $"did you mean {near}? ";
        return new UserErrorException($"{option} '{text}' is unknown: {meant}choose {Usage(choices)}");
    }
}
