using System.Text.Json;

namespace Distributed.EndToEnd.Tests.Processes;

/// <summary>What a run printed and how it ended.</summary>
internal sealed record RunResult(int Exit, IReadOnlyList<string> Lines, string Error)
{
    /// <summary>The last line, which is the result, as JSON.</summary>
    internal JsonElement Last
    {
        get
        {
            Assert.True(Lines.Count > 0, $"nothing was printed: {Error}");
            return JsonDocument.Parse(Lines[^1]).RootElement;
        }
    }

    internal string Fingerprint
    {
        get
        {
            Assert.True(Exit == 0, $"exit {Exit}: {Error}");
            return Last.GetProperty("fingerprint").GetString()!;
        }
    }
}
