using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Examples;

namespace Distributed.Cli.Teaching;

/// <summary>distributed example: lists the worked examples, or runs one.</summary>
internal static class ExampleCommand
{
    internal static int Run(ExampleArguments arguments, CliHost host)
    {
        if (arguments.Name is not { Length: > 0 } name)
        {
            return List(host.Out);
        }

        var example = ExampleCatalog.Find(name) ?? throw new UserErrorException(
            $"there is no example '{name}': {Meant(name)}distributed example lists them");
        var lesson = new Lesson(host.Out, host.Absolute(arguments.Folder ?? Path.Combine("runs", "examples")));
        example.Run(lesson);
        host.Out.Flush();
        if (lesson.Wrong.Count == 0)
        {
            return ExitCodes.Done;
        }

        host.Error.WriteLine(
            $"distributed: example {name}: {lesson.Wrong.Count} of {lesson.Checks} checks do not hold, first: "
            + lesson.Wrong[0]);
        return ExitCodes.Failed;
    }

    private static int List(TextWriter output)
    {
        var width = ExampleCatalog.All.Max(example => example.Name.Length);
        foreach (var example in ExampleCatalog.All)
        {
            output.Write($"{example.Name.PadRight(width)}  {example.Summary}\n");
        }

        output.Flush();
        return ExitCodes.Done;
    }

    private static string Meant(string typed) =>
        NearestName.Of(typed, ExampleCatalog.All.Select(example => example.Name)) is { } near
            ? $"did you mean {near}? "
            : "";
}

/// <param name="Name">Null to list them.</param>
/// <param name="Folder">Where pictures go; null for runs/examples.</param>
internal sealed record ExampleArguments(string? Name, string? Folder) : Request;
