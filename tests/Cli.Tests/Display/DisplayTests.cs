using Distributed.Cli.Display;
using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Training.Progress;
using Spectre.Console;
using LiveDisplay = Distributed.Cli.Display.LiveDisplay;

namespace Distributed.Cli.Tests.Display;

public sealed class DisplayTests
{
    private static readonly RunHeader Header = new(
        "train", "digits", 20_000, 4_000, "mlp:512,512", 669_706, 256, 16, "momentum", 0.05f, 1, 2, 10, 79, 790, 0,
        "runs/one");

    private static readonly RunProgress Progress = new(
        237, 790, 3, 10, 0.1234, 0.9625, 45_678,
        [
            Rate("worker-0", 0, 9, 25_694, 4.2, 0.3), Rate("worker-1", 9, 7, 19_984, 3.5, 1),
            new WorkerRate("late", "waiting", 0, 0, 0, TimeSpan.Zero, TimeSpan.Zero),
        ],
        TimeSpan.FromSeconds(95));

    [Fact]
    public void Picture_ShowsAllFigures_WhenThereIsRoom()
    {
        Assert.Equal(
            """
            ━━━━━━━━━━━━────────────────────────────  epoch 3/10  step 237/790  1 min 35 s left
            loss 0.1234  accuracy 96.25 %  (mean of the last 20 steps)
            45,678 samples/s
              worker-0  micro-batches 0 to 8  25,694 samples/s, computing 4.20 ms, waiting 0.30 ms a step
              worker-1  micro-batches 9 to 15  19,984 samples/s, computing 3.50 ms, waiting 1.00 ms a step
              late      waiting
            """.ReplaceLineEndings("\n"),
            Plain(LivePicture.Of(Progress, 100)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(57)]
    public void Picture_IsNoWider_ThanTheTerminal(int columns)
    {
        Assert.All(Plain(LivePicture.Of(Progress, columns)).Split('\n'), line => Assert.True(line.Length <= columns));
    }

    [Fact]
    public void Picture_PutsWorkersTogether_WhenThereAreMany()
    {
        var workers = Enumerable.Range(0, 9).Select(i => Rate($"w{i}", i, 1, 100 + i, 10 - i, i));
        var many = Progress with { Workers = [.. workers] };

        Assert.EndsWith(
            "  9 workers: 100 samples/s to 108 samples/s, waiting 0 to 80 %", Plain(LivePicture.Of(many, 100)));
    }

    [Fact]
    public void LiveDisplay_ErasesWhatItDrew_BeforeALineThatStays()
    {
        var output = new StringWriter();
        var display = new LiveDisplay(Console(output), TimeProvider.System);
        display.Start(Header);
        display.Progress(Progress);
        display.Epoch(new EpochCompleted(3, 237, 0.5, 0.75, 0.25, 0.875), Progress);

        var text = output.ToString();
        Assert.Contains("digits (20,000 samples and 4,000 held out), mlp:512,512 (669,706 parameters)", text);
        Assert.Contains(
            "\r\e[5A\e[Jepoch 3/10  loss 0.5000  accuracy 75.00 %  test loss 0.2500  test accuracy 87.50 %\n", text);
    }

    [Fact]
    public void Tracker_ReportsRates_FromEveryWorkersTimings()
    {
        var tracker = new RunTracker(2, 10, 0, countsHits: true, TimeProvider.System);
        WorkTiming[] workers =
        [
            new(TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(0.1), 60), new(TimeSpan.FromSeconds(0.5),
                TimeSpan.FromSeconds(0.5), 40),
        ];

        tracker.Observe(new StepsCommitted(
            0, [new StepTotals(100, 25, 50), new StepTotals(50, 50, 50)], TimeSpan.FromSeconds(2), workers)
        {
            Shares = [new WorkerShare("a", 0, 3), new WorkerShare("b", 3, 2)],
        });

        var progress = tracker.Progress!;
        Assert.Equal((2, 20, 1), (progress.Step, progress.StepsTotal, progress.Epoch));
        Assert.Equal((1.5, 0.75, 50), (progress.Loss, progress.Accuracy, progress.SamplesPerSecond));
        Assert.Equal([Rate("a", 0, 3, 30, 450, 50), Rate("b", 3, 2, 20, 250, 250)], progress.Workers);
        Assert.Equal([0.1, 0.5], progress.Workers.Select(worker => worker.WaitShare));
    }

    [Fact]
    public void Tracker_FollowsWorkersByName_WhenTheMembershipChanges()
    {
        var tracker = new RunTracker(2, 10, 0, countsHits: true, TimeProvider.System);
        var timing = new WorkTiming(TimeSpan.FromSeconds(1), TimeSpan.Zero, 10);
        tracker.Observe(Lease(0, [timing, timing], "a", "b"));
        tracker.Observe(new WorkerLost("a", "training steps 2 to 2", 1, "closed"));
        Assert.Equal(["lost", "training"], tracker.Progress!.Workers.Select(worker => worker.State));
        // Steps that were recovered have no timings.
        tracker.Observe(Lease(1, []));
        tracker.Observe(new WorkerJoined("c", "host:1"));
        tracker.Observe(Lease(2, [timing], "b"));
        Assert.Equal(
            [("b", "training"), ("a", "lost"), ("c", "waiting")],
            tracker.Progress!.Workers.Select(worker => (worker.Name, worker.State)));
        tracker.Observe(Lease(3, [timing, timing], "c", "b"));
        tracker.Observe(new WorkerLeft("a", 4));
        Assert.Equal(["c", "b"], tracker.Progress!.Workers.Select(worker => worker.Name));
        Assert.Equal(10, tracker.Progress.Workers[1].SamplesPerSecond);
    }

    [Fact]
    public void Pump_KeepsTheRunGoing_WhenTheDisplayFails()
    {
        var pump = new DisplayPump(new PlainDisplay(new ClosedPipe(), TimeProvider.System));

        pump.Start(Header);
        pump.Post(new EpochCompleted(1, 79, 0.5, null, null, null), Progress);
        pump.End(new RunOutcome(new JobStopped(79, "x"), "train", "run", "x"));

        Assert.IsType<IOException>(pump.Fault);
    }

    private static StepsCommitted Lease(long step, WorkTiming[] workers, params string[] names) =>
        new(step, [new StepTotals(1, 1, 10)], TimeSpan.FromSeconds(1), workers)
        {
            Shares = [.. names.Select((name, rank) => new WorkerShare(name, rank, 1))],
        };

    private static WorkerRate Rate(
        string name, int first, int count, double samplesPerSecond, double computeMs, double waitMs) => new(
        name, "training", first, count, samplesPerSecond, TimeSpan.FromMilliseconds(computeMs),
        TimeSpan.FromMilliseconds(waitMs));

    private static string Plain(string[] markup) => Markup.Remove(string.Join('\n', markup));

    private static IAnsiConsole Console(StringWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = 120;
        console.Profile.Height = 24;
        return console;
    }

    private sealed class ClosedPipe : StringWriter
    {
        public override void Write(string? value) => throw new IOException("Broken pipe");
    }
}
