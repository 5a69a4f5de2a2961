using System.Text.Json;
using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests.Containers;

/// <summary>The instructions of deploy/Dockerfile, each on one line, by stage.</summary>
internal sealed class Dockerfile(IReadOnlyList<(string Word, string Text)> instructions)
{
    internal const string Path = "deploy/Dockerfile";

    internal IReadOnlyList<(string Word, string Text)> Instructions { get; } = instructions;

    /// <summary>Those of the stage that becomes the image.</summary>
    internal IReadOnlyList<(string Word, string Text)> Final =>
        [.. Instructions.Skip(Instructions.ToList().FindLastIndex(instruction => instruction.Word == "FROM"))];

    internal IEnumerable<string> BaseImages => All("FROM").Select(rest => rest.Split(' ')[0]);

    internal string[] EntryPoint => JsonSerializer.Deserialize<string[]>(All("ENTRYPOINT").Single())!;

    internal string[] DefaultArguments => JsonSerializer.Deserialize<string[]>(All("CMD").Single())!;

    /// <summary>What is copied from the repository.</summary>
    internal IEnumerable<string> Sources => All("COPY")
        .Where(rest => !rest.Contains("--from=", StringComparison.Ordinal))
        .SelectMany(rest => rest.Split(' ')[..^1]);

    internal IEnumerable<string> All(string word) =>
        Instructions.Where(instruction => instruction.Word == word).Select(instruction => instruction.Text);

    internal static Dockerfile Read()
    {
        var lines = Repository.Read(Path).ReplaceLineEndings("\n").Split('\n')
            .Where(line => !line.StartsWith('#') && line.Trim().Length > 0);
        var joined = string.Join('\n', lines).Replace("\\\n", " ", StringComparison.Ordinal);
        return new Dockerfile([.. joined.Split('\n')
            .Select(line => line.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(parts => (parts[0], parts[1]))]);
    }
}
