using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text.RegularExpressions;
using Distributed.EndToEnd.Tests.Processes;

namespace Distributed.EndToEnd.Tests;

/// <summary>The README's first run, run: what it shows is what comes out, times and rates aside.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private readonly Executable _distributed = new();

    [Fact]
    public void DefaultJob_PrintsWhatTheReadmeShows_AndReachesItsAccuracy()
    {
        if (!Fma.IsSupported && !AdvSimd.IsSupported)
        {
            // The default job takes minutes where every multiply-add is a call; the small jobs cover such machines.
            return;
        }

        var run = _distributed.Run("train --workers 2");

        var shown = Shown().Where(line => line != "...").Select(WithoutTimes).ToList();
        Assert.Equal(0, run.Exit);
        Assert.Equal(10, shown.Count);
        var printed = run.Lines.Select(WithoutTimes).ToList();
        Assert.All(shown, line => Assert.Contains(line, printed));
        var accuracy = double.Parse(Accuracy().Match(run.Lines[^3]).Groups["percent"].Value);
        Assert.True(accuracy >= 97, run.Lines[^3]);
    }

    public void Dispose() => _distributed.Dispose();

    /// <summary>The second block of the README.</summary>
    private static string[] Shown() =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md")).Split("```")[3].Trim().Split('\n');

    private static string WithoutTimes(string line) => Times().Replace(line, "");

    [GeneratedRegex(@"[\d,.]+ samples/s|[\d.]+ s$|runs/\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Times();

    [GeneratedRegex(@"test accuracy (?<percent>[\d.]+) %", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Accuracy();
}
