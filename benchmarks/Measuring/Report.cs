using System.Text.Json;
using System.Text.Json.Serialization;

namespace Distributed.Benchmarks.Measuring;

/// <summary>The results of one comparison on one machine, as they lie in benchmarks/results.</summary>
/// <param name="Name">The comparison; the word after -- on the command line.</param>
/// <param name="Machine">Processor model, cores and vector path.</param>
/// <param name="Sdk">The SDK that built it.</param>
/// <param name="Commit">What it was built from.</param>
/// <param name="Settings">Whatever else the numbers depend on.</param>
/// <param name="Rows">The measurements.</param>
internal sealed record Report(
    string Name, string Machine, string Sdk, string Commit, string Settings, IReadOnlyList<Row> Rows)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    internal static Report Of(string name, string settings, IReadOnlyList<Row> rows) =>
        new(name, Measuring.Machine.Name, Measuring.Machine.Sdk, Measuring.Machine.Commit, settings, rows);

    internal static Report Parse(string json) =>
        JsonSerializer.Deserialize<Report>(json, Json) ?? throw new FormatException("an empty result file");

    internal string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>The rows as a Markdown table, which is also what the terminal shows.</summary>
    internal string Table() =>
        string.Join('\n', Rows.Select(row => row.Line()).Prepend("| --- | --- | --- | --- | --- | --- |")
            .Prepend("| what | median | best | p99 | ratio | goal |")) + "\n";
}

/// <summary>One measurement.</summary>
/// <param name="What">The case.</param>
/// <param name="Median">In units.</param>
/// <param name="Best">In units: the fastest round, the least disturbed.</param>
/// <param name="P99">In units: the slowest hundredth begins here.</param>
/// <param name="Unit">Of the three.</param>
/// <param name="Ratio">What is compared, as the table shows it; null for a plain measurement.</param>
/// <param name="Goal">What the ratio should be, in words; null for none.</param>
/// <param name="Met">Whether it is.</param>
internal sealed record Row(
    string What, double Median, double Best, double P99, string Unit, string? Ratio, string? Goal, bool? Met)
{
    internal string Line() =>
        $"| {What} | {Number(Median)} {Unit} | {Number(Best)} {Unit} | {Number(P99)} {Unit} | {Ratio} | {Verdict()} |";

    /// <summary>What it comes to: the ratio, or the best where nothing is compared.</summary>
    internal string Shown => Ratio ?? $"{Number(Best)} {Unit}";

    private string Verdict() => Goal is null ? "" : Met == true ? $"{Goal}: met" : $"{Goal}: **missed**";

    private static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1000 => $"{value:#,0}",
        >= 10 => $"{value:0.0}",
        _ => $"{value:0.000}",
    };
}
