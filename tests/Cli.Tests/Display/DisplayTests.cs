using Distributed.Cli.Display;
using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Spectre.Console;
using LiveDisplay = Distributed.Cli.Display.LiveDisplay;

namespace Distributed.Cli.Tests.Display;

public sealed class DisplayTests
{
    private static readonly RunHeader Header = new(
        "digits", 20_000, 4_000, "mlp:512,512", 669_706, 256, 16, "momentum", 0.05f, 1, 2, 10, 79, 790, 0, "runs/one");

    private static readonly RunProgress Progress = new(
        237, 790, 3, 10, 0.1234, 0.9625, 45_678, [new WorkerRate(22_839, 0.031), new WorkerRate(22_839, 0.12)],
        TimeSpan.FromSeconds(95));

    [Fact]
    public void Picture_ShowsAllFigures_WhenThereIsRoom()
    {
        Assert.Equal(
            """
            ━━━━━━━━━━━━────────────────────────────  epoch 3/10  step 237/790  1 min 35 s left
            loss 0.1234  accuracy 96.25 %  (mean of the last 20 steps)
            45,678 samples/s
              worker 0: 22,839 samples/s, waiting 3 %
              worker 1: 22,839 samples/s, waiting 12 %
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
        var workers = Enumerable.Range(0, 9).Select(i => new WorkerRate(100 + i, i / 10.0));
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
            "\r\e[4A\e[Jepoch 3/10  loss 0.5000  accuracy 75.00 %  test loss 0.2500  test accuracy 87.50 %\n", text);
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
            0, [new StepTotals(100, 25, 50), new StepTotals(50, 50, 50)], TimeSpan.FromSeconds(2), workers));

        var progress = tracker.Progress!;
        Assert.Equal((2, 20, 1), (progress.Step, progress.StepsTotal, progress.Epoch));
        Assert.Equal((1.5, 0.75, 50), (progress.Loss, progress.Accuracy, progress.SamplesPerSecond));
        Assert.Equal([new WorkerRate(30, 0.1), new WorkerRate(20, 0.5)], progress.Workers);
    }

    [Fact]
    public void Pump_KeepsTheRunGoing_WhenTheDisplayFails()
    {
        var pump = new DisplayPump(new PlainDisplay(new ClosedPipe(), TimeProvider.System));

        pump.Start(Header);
        pump.Post(new EpochCompleted(1, 79, 0.5, null, null, null), Progress);
        pump.End(new RunOutcome(new JobStopped(79, "x"), "run", "x"));

        Assert.IsType<IOException>(pump.Fault);
    }

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
