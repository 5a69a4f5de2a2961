using System.CommandLine;
using System.CommandLine.Parsing;
using Distributed.Engine.Data;

namespace Distributed.Cli;

/// <summary>Words the first thing wrong with a command line as one line.</summary>
internal static class ParseProblem
{
    /// <summary>Null where nothing is wrong.</summary>
    internal static string? Find(ParseResult parsed, RootCommand root, Command command)
    {
        if (parsed.UnmatchedTokens.Count > 0)
        {
            return Unmatched(parsed.UnmatchedTokens[0], root, command);
        }

        if (command.Options.FirstOrDefault(option => TookAnOption(parsed.GetResult(option), command)) is { } greedy)
        {
            return NoValue(greedy, command);
        }

        if (parsed.Errors.Count > 0)
        {
            return Describe(parsed.Errors[0], command);
        }

        return command == root ? $"no command is given: {Choose(root)}" : null;
    }

    /// <summary>Words a token that fits nowhere.</summary>
    internal static string Unmatched(string token, RootCommand root, Command command)
    {
        var isRoot = command == root;
        var called = isRoot ? "distributed" : $"distributed {command.Name}";
        if (token.Length < 2 || token[0] != '-')
        {
            return isRoot
                ? $"'{token}' is no command: {Meant(token, root.Subcommands.Select(known => known.Name))}{Choose(root)}"
                : $"'{token}' is not expected by {called}: values follow their option, as --epochs 5; "
                    + $"see {called} --help";
        }

        var option = token.Split('=', ':')[0];
        var owner = root.Subcommands.FirstOrDefault(known => known != command && Names(known).Contains(option));
        var meant = Meant(option, Names(command));
        return meant.Length == 0 && owner is not null
            ? $"{option} is no option of {called}: it is one of distributed {owner.Name}"
            : $"{option} is no option of {called}: {meant}see {called} --help";
    }

    private static string Describe(ParseError error, Command command)
    {
        if (error.SymbolResult is OptionResult option)
        {
            var name = option.Option.Name;
            if (option.IdentifierTokenCount > 1)
            {
                return $"{name} is given {option.IdentifierTokenCount} times: give it once";
            }

            return option.Option.Arity.MaximumNumberOfValues == 0
                ? $"{name} takes no value: write {name} alone"
                : NoValue(option.Option, command);
        }

        return error.Message.ReplaceLineEndings(" ");
    }

    /// <summary>The parser takes whatever follows as the value, be it the next option: --run-dir --json.</summary>
    private static bool TookAnOption(OptionResult? result, Command command) =>
        result is { Implicit: false, Tokens: [var value] } && Names(command).Contains(value.Value);

    private static string NoValue(Option option, Command command) =>
        $"{option.Name} has no value: write one behind it; see distributed {command.Name} --help";

    private static string Meant(string typed, IEnumerable<string> names) =>
        NearestName.Of(typed, names) is { } near ? $"did you mean {near}? " : "";

    private static string Choose(RootCommand root) =>
        $"choose {string.Join(", ", root.Subcommands.SkipLast(1).Select(known => known.Name))} or "
            + $"{root.Subcommands[^1].Name}; see distributed --help";

    private static IEnumerable<string> Names(Command command) =>
        command.Options.Select(option => option.Name).Append("--help");
}
