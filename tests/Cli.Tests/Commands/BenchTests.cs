using System.Text.Json;
using Distributed.Engine.Kernels;

namespace Distributed.Cli.Tests.Commands;

/// <summary>What bench prints has its form, and numbers; how large they are is the machine's matter.</summary>
public sealed class BenchTests : IDisposable
{
    private static readonly string[] Small =
        ["--model", "mlp:8", "--batch-size", "32", "--microbatch-size", "4", "--seconds", "0.01"];

    // Without fused multiply-add in hardware the larger products take minutes.
    private static readonly string[] Parts = KernelPaths.Best == KernelPath.Definition
        ? ["peak", "layers", "scaling"]
        : ["peak", "gemm", "layers", "scaling"];

    private readonly Harness _cli = new();

    [Fact]
    public void Bench_PrintsALineForEachMeasurement_WithJson()
    {
        var result = _cli.Run(["bench", .. Parts, .. Small, "--json"]);

        Assert.Equal(0, result.Exit);
        var lines = result.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var events = lines.Select(line => line.GetProperty("event").GetString()).ToList();
        Assert.Equal("machine", events[0]);
        Assert.Equal("measured", events[^1]);
        Assert.Equal(
            ["machine", "peak", "bandwidth", .. Parts.Contains("gemm") ? ["product"] : Array.Empty<string>(),
                "operation", "pass", "scaling", "measured"],
            events.Distinct());
        Assert.Equal([1, 2], Of("scaling").Select(line => line.GetProperty("workers").GetInt32()));
        Assert.All(Of("scaling"), line => Assert.True(line.TryGetProperty("apartRatio", out _)));
        Assert.Equal([1, 2], Of("bandwidth").Select(line => line.GetProperty("threads").GetInt32()));
        Assert.Equal(["forward", "backward"], Of("operation").Select(line => line.GetProperty("pass").GetString())
            .Distinct());
        Assert.All(lines, AssertNumbersArePositive);
        Assert.All(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line =>
            Assert.StartsWith("measuring ", line, StringComparison.Ordinal));

        IEnumerable<JsonElement> Of(string name) =>
            lines.Where(line => line.GetProperty("event").GetString() == name);
    }

    [Fact]
    public void Bench_PrintsTables_OfThePartsThatAreNamed()
    {
        var result = _cli.Run(["bench", "scaling", "layers", .. Small]);

        Assert.Equal(0, result.Exit);
        Assert.Contains("Forward and backward pass of mlp:8, batch 32, one core\n", result.Out);
        Assert.Contains(
            result.Lines,
            line => line.StartsWith("  linear1  forward   matmul+bias+relu", StringComparison.Ordinal));
        Assert.Contains("Training steps of mlp:8, batch 32;", result.Out);
        Assert.Contains(
            result.Lines,
            line => line.StartsWith("  workers", StringComparison.Ordinal)
                && line.Contains("times one   apart", StringComparison.Ordinal));
        Assert.DoesNotContain("Reading memory", result.Out);
        Assert.StartsWith("measured layers, scaling in ", result.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Bench_TellsItsPartsAndOptions_WithHelp()
    {
        var help = _cli.Run("bench", "--help").Out;
        Assert.All(
            ["distributed bench [PART...]", "  peak ", "  gemm ", "  layers ", "  scaling ", "--model NAME",
                "--batch-size B", "--microbatch-size M", "--seconds S", "--json"],
            (string part) => Assert.Contains(part, help, StringComparison.Ordinal));
        Assert.Contains("distributed bench [PART...]", _cli.Run("--help").Out, StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();

    private static void AssertNumbersArePositive(JsonElement line) => Assert.All(
        line.EnumerateObject().Where(field => field.Value.ValueKind == JsonValueKind.Number),
        field => Assert.True(field.Value.GetDouble() > 0, $"{field.Name} of {line}"));
}
