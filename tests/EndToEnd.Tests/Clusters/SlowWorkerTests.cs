using System.Text.Json;
using Distributed.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Clusters;

/// <summary>Shards follow speed: the others take over what a slow worker had, and the result stays.</summary>
public sealed class SlowWorkerTests(ITestOutputHelper output) : IDisposable
{
    private readonly Executable _distributed = new();

    [Fact]
    public void Others_TakeOverMicrobatches_WhenAWorkerIsSlowedToAThird()
    {
        // Wide enough that a step is mostly computing, with many micro-batches to share out.
        const string Job = "--data digits --model mlp:256,256 --batch-size 256 --microbatch-size 8 --epochs 10 --json";
        var alone = _distributed.Start($"train {Job} --workers 1 --run-dir alone");
        var fingerprint = alone.WaitForExit().Fingerprint;
        var launcher = _distributed.Start($"cluster {Job} --workers 2 --run-dir run");
        launcher.Output.WaitForEvent("progress");
        var slow = ProcessTable.All().Single(
            found => found.Parent == launcher.Id && found.CommandLine.Contains("worker-1", StringComparison.Ordinal));

        using (new DutyCycle(slow.Id, running: TimeSpan.FromMilliseconds(10), stopped: TimeSpan.FromMilliseconds(20)))
        {
            var from = launcher.Output.Count;
            var moved = launcher.Output.WaitForEvent("progress", line => ShareOf(line, "worker-1") <= 10, from);
            output.WriteLine(moved.GetRawText());
            Assert.True(ShareOf(moved, "worker-0") >= 22);
        }

        Assert.Equal(fingerprint, launcher.WaitForExit().Fingerprint);
    }

    public void Dispose() => _distributed.Dispose();

    /// <summary>Of 32 micro-batches, those of one worker; 16 for each in the beginning.</summary>
    private static int ShareOf(JsonElement progress, string worker) => progress.GetProperty("workers").EnumerateArray()
        .Where(line => line.GetProperty("name").GetString() == worker)
        .Select(line => line.GetProperty("microbatches").GetInt32()).FirstOrDefault(32);

    /// <summary>Stops and continues a process, over and over, so that it runs for a part of the time.</summary>
    private sealed class DutyCycle : IDisposable
    {
        private readonly CancellationTokenSource _over = new();
        private readonly Task _cycle;

        internal DutyCycle(int process, TimeSpan running, TimeSpan stopped) =>
            _cycle = Task.Run(() => Cycle(process, running, stopped));

        public void Dispose()
        {
            _over.Cancel();
            _cycle.GetAwaiter().GetResult();
            _over.Dispose();
        }

        private async Task Cycle(int process, TimeSpan running, TimeSpan stopped)
        {
            using var timer = new PeriodicTimer(running);
            var isThere = true;
            while (isThere && !_over.IsCancellationRequested)
            {
                await timer.WaitForNextTickAsync();
                isThere = Signals.TrySend(process, Signals.Stop);
                timer.Period = stopped;
                await timer.WaitForNextTickAsync();
                isThere = Signals.TrySend(process, Signals.Continue) && isThere;
                timer.Period = running;
            }
        }
    }
}
