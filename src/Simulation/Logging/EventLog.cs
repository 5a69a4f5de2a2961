using System.Runtime.CompilerServices;

namespace Distributed.Simulation;

/// <summary>
/// What has happened, a line each: virtual time in seconds, node, text. Its hash stands for all of it.
/// </summary>
/// <remarks>Two runs of one seed give the same lines; comparing hashes checks that.</remarks>
public sealed class EventLog
{
    private const ulong HashStart = 0xCBF29CE484222325;
    private const ulong HashPrime = 0x100000001B3;

    private readonly EventLogOptions _options;
    private readonly Func<long> _nowNs;
    private readonly string[] _last;
    private readonly List<string> _all = [];

    internal EventLog(EventLogOptions options, Func<long> nowNs)
    {
        _options = options;
        _nowNs = nowNs;
        _last = new string[Math.Max(1, options.LinesKept)];
    }

    /// <summary>Whether lines are taken at all; when not, their texts are not even made.</summary>
    public bool IsOn => _options.IsOn;

    /// <summary>Lines taken so far.</summary>
    public long Count { get; private set; }

    /// <summary>A 64-bit hash over all lines so far.</summary>
    public ulong Hash { get; private set; } = HashStart;

    /// <summary>Every line, where the options keep them all.</summary>
    public IReadOnlyList<string> All => _all;

    /// <summary>The last lines, oldest first.</summary>
    public IEnumerable<string> Last
    {
        get
        {
            for (var i = Math.Max(0, Count - _last.Length); i < Count; i++)
            {
                yield return _last[i % _last.Length];
            }
        }
    }

    /// <param name="node">Whom it concerns.</param>
    /// <param name="text">One line, the same in every run of the seed: no hash codes, no machine time.</param>
    public void Write(string node, [InterpolatedStringHandlerArgument("")] ref LogText text)
    {
        if (IsOn)
        {
            Add(node, text.ToStringAndClear());
        }
    }

    /// <inheritdoc cref="Write(string, ref LogText)"/>
    public void Write(string node, string text)
    {
        if (IsOn)
        {
            Add(node, text);
        }
    }

    private void Add(string node, string text)
    {
        var now = _nowNs();
        var line = $"{now / Nanoseconds.PerSecond}.{now % Nanoseconds.PerSecond:000000000} {node} {text}";
        var hash = Hash;
        foreach (var letter in line)
        {
            hash = unchecked((hash ^ letter) * HashPrime);
        }

        Hash = unchecked((hash ^ '\n') * HashPrime);
        _last[Count % _last.Length] = line;
        Count++;
        if (_options.KeepsAll)
        {
            _all.Add(line);
        }
    }
}

/// <summary>How much of the event log is kept.</summary>
public sealed record EventLogOptions
{
    /// <summary>Whether anything is logged; default true.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Lines kept for a report of failure, at least 1; default 200.</summary>
    public int LinesKept { get; init; } = 200;

    /// <summary>Whether all lines are kept; default false.</summary>
    public bool KeepsAll { get; init; }
}

/// <summary>The text of a line, made only where the log is on.</summary>
[InterpolatedStringHandler]
public ref struct LogText
{
    private DefaultInterpolatedStringHandler _text;

    public LogText(int literalLength, int formattedCount, EventLog log, out bool isOn)
    {
        isOn = log.IsOn;
        _text = isOn ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    internal string ToStringAndClear() => _text.ToStringAndClear();
}
