using Distributed.Coordinator;
using Distributed.Training.Progress;
using Spectre.Console;

namespace Distributed.Cli.Display;

/// <summary>A few lines at the bottom of the terminal that change in place; finished epochs stay above them.</summary>
/// <remarks>
/// It draws the changing lines itself: they are cropped to the width, so that as many are erased as were drawn, also
/// where the terminal is narrow. In a terminal of few rows only the first is shown.
/// </remarks>
internal sealed class LiveDisplay(IAnsiConsole console, TimeProvider clock) : IRunDisplay
{
    /// <summary>The least time between two pictures.</summary>
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(150);

    private string[] _picture = [];
    private int _rowsDrawn;
    private int _epochs;
    private long? _lastFrame;

    public void Around(Action loop)
    {
        loop();
        Erase();
    }

    public void Start(RunHeader header)
    {
        _epochs = header.Epochs;
        var going = header.FirstStep > 0 ? $"; going on after step {Wording.Count(header.FirstStep)}" : "";
        console.MarkupLineInterpolated($"[bold]{Wording.What(header)}[/]");
        console.MarkupLineInterpolated($"[grey]{Wording.How(header)}{going}[/]");
    }

    public void Progress(RunProgress progress)
    {
        if (_lastFrame is { } last && clock.GetElapsedTime(last) < Frame)
        {
            return;
        }

        _lastFrame = clock.GetTimestamp();
        Erase();
        _picture = LivePicture.Of(progress, console.Profile.Width - 1);
        Draw();
    }

    public void Epoch(EpochCompleted epoch, RunProgress? progress)
    {
        Erase();
        console.WriteLine($"epoch {epoch.Epoch}/{_epochs}  {Wording.Results(epoch)}");
        Draw();
    }

    public void Checkpoint(CheckpointSaved saved)
    {
        // One follows every epoch; the last is named at the end.
    }

    public void Membership(MembershipEvent happened) => Note(Wording.Of(happened));

    public bool TakesNotes => true;

    public void Note(string line)
    {
        Erase();
        console.WriteLine(line);
        Draw();
    }

    public void End(RunOutcome outcome)
    {
        foreach (var line in Wording.Summary(outcome))
        {
            console.WriteLine(line);
        }
    }

    private void Draw()
    {
        // One row is left for what stays above.
        var rows = _picture.Length < console.Profile.Height ? _picture.Length : Math.Min(1, _picture.Length);
        if (rows > 0)
        {
            console.Markup(string.Join('\n', _picture.Take(rows)));
        }

        _rowsDrawn = rows;
    }

    /// <summary>Puts the cursor where the picture began and clears from there on.</summary>
    private void Erase()
    {
        if (_rowsDrawn > 0)
        {
            var up = _rowsDrawn > 1 ? $"\e[{_rowsDrawn - 1}A" : "";
            console.Write(new ControlCode($"\r{up}\e[J"));
        }

        _rowsDrawn = 0;
    }
}
