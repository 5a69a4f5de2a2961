using System.Diagnostics;
using System.Text.Json;

namespace Distributed.EndToEnd.Tests.Processes;

/// <summary>The lines that a process writes, as they come, and waiting for one of them.</summary>
internal sealed class LineLog(string writer)
{
    private readonly object _gate = new();
    private readonly List<string> _lines = [];
    private bool _isOver;

    /// <summary>Lines so far: a place to search from.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _lines.Count;
            }
        }
    }

    internal IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>All lines that are events so far.</summary>
    internal IEnumerable<JsonElement> Events => Lines.Where(line => line.StartsWith('{')).Select(Parse);

    /// <summary>Waits for a line.</summary>
    /// <param name="what">Completes "waited for".</param>
    /// <param name="from">The first line that counts.</param>
    /// <remarks>Errors: the test fails, with the last lines, where it ends or the bound passes before.</remarks>
    internal string WaitFor(Func<string, bool> when, string what, int from = 0) =>
        TryWaitFor(when, from, Bounds.Hang)
        ?? throw new Xunit.Sdk.XunitException(
            $"{writer}: waited for {what}, and it {(_isOver ? "ended" : "did not come")}; last lines:\n"
            + string.Join('\n', Lines.TakeLast(12)));

    /// <summary>Waits for an event of --json.</summary>
    internal JsonElement WaitForEvent(string kind, Func<JsonElement, bool>? when = null, int from = 0) =>
        Parse(WaitFor(line => IsEvent(line, kind, when), $"an event {kind}", from));

    /// <summary>Waits for one of several events; null where the output ends before.</summary>
    internal JsonElement? TryWaitForEvent(string kind, Func<JsonElement, bool>? when, int from, TimeSpan bound) =>
        TryWaitFor(line => IsEvent(line, kind, when), from, bound) is { } line ? Parse(line) : null;

    /// <summary>Null where the output ends, or the bound passes, before.</summary>
    internal string? TryWaitFor(Func<string, bool> when, int from, TimeSpan bound)
    {
        var since = Stopwatch.StartNew();
        lock (_gate)
        {
            for (var next = from; ;)
            {
                for (; next < _lines.Count; next++)
                {
                    if (when(_lines[next]))
                    {
                        return _lines[next];
                    }
                }

                var left = bound - since.Elapsed;
                if (_isOver || left <= TimeSpan.Zero)
                {
                    return null;
                }

                Monitor.Wait(_gate, left);
            }
        }
    }

    /// <summary>Takes the next line; null at the end.</summary>
    internal void Add(string? line)
    {
        lock (_gate)
        {
            if (line is null)
            {
                _isOver = true;
            }
            else
            {
                _lines.Add(line);
            }

            Monitor.PulseAll(_gate);
        }
    }

    private static bool IsEvent(string line, string kind, Func<JsonElement, bool>? when)
    {
        if (!line.StartsWith($"{{\"event\":\"{kind}\"", StringComparison.Ordinal))
        {
            return false;
        }

        return when is null || when(Parse(line));
    }

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;
}
