using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Coordinator;

namespace Distributed.Training.Runs;

/// <summary>metrics.jsonl: a line per step and a line per epoch, only ever added to.</summary>
/// <remarks>
/// Steps count from 1, as people count. No times are in it, so a job's file is the same bytes however often the job
/// was stopped and resumed. See Note [Metrics before checkpoint].
/// Errors: none; a disk that fails is told once in <see cref="Fault"/>, and the job goes on without the file.
/// </remarks>
public sealed class MetricsLog : IDisposable
{
    // Note [Metrics before checkpoint]
    // A resumed run cuts the file back to its checkpoint's step. For that the lines up to that step must be there,
    // so a checkpoint is not written before Reached says so, and the lines are on the disk by then.
    private readonly FileStream _file;
    private readonly Lock _gate = new();
    private readonly int _stepsPerEpoch;
    private readonly List<(long Step, bool Epoch, TaskCompletionSource Done)> _waiting = [];
    private readonly bool _countsHits;
    private long _step;
    private long _epochStep;

    private MetricsLog(FileStream file, int stepsPerEpoch, bool countsHits, long step, long epochStep)
    {
        (_file, _stepsPerEpoch, _countsHits) = (file, stepsPerEpoch, countsHits);
        (_step, _epochStep) = (step, epochStep);
    }

    /// <summary>Why nothing more is written; null while all is well.</summary>
    public string? Fault { get; private set; }

    /// <summary>Opens the file and drops what it says about steps after the given one.</summary>
    /// <param name="path">Made where it is missing.</param>
    /// <param name="step">Steps done, 0 for a new run.</param>
    /// <param name="stepsPerEpoch">At least 1.</param>
    /// <param name="countsHits">False for regression, whose lines have no accuracy.</param>
    public static MetricsLog Open(string path, long step, int stepsPerEpoch, bool countsHits)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var (kept, epochStep) = Kept(file, step);
        file.SetLength(kept);
        file.Position = kept;
        return new MetricsLog(file, stepsPerEpoch, countsHits, step, epochStep);
    }

    /// <summary>Writes what the event says about steps and epochs.</summary>
    public void Observe(JobEvent happened)
    {
        switch (happened)
        {
            case StepsCommitted steps:
                Write(() => Append(steps));
                break;
            case EpochCompleted epoch when epoch.Step > _epochStep:
                Write(() => Append(epoch));
                break;
        }
    }

    /// <summary>Ends once all lines up to this step are on the disk, those of an epoch that ends there too.</summary>
    public Task Reached(long step) => Reached(step, epoch: step % _stepsPerEpoch == 0);

    /// <summary>Ends once the lines of all steps up to this one are on the disk.</summary>
    public Task StepsReached(long step) => Reached(step, epoch: false);

    /// <summary>Ends once the line of this epoch, from 1, and all before it are on the disk.</summary>
    public Task EpochReached(int epoch) => Reached((long)epoch * _stepsPerEpoch, epoch: true);

    public void Dispose() => _file.Dispose();

    private Task Reached(long step, bool epoch)
    {
        lock (_gate)
        {
            if (Has(step, epoch))
            {
                TryWrite(() => { }, durably: true);
                return Task.CompletedTask;
            }

            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((step, epoch, done));
            return done.Task;
        }
    }

    private bool Has(long step, bool epoch) =>
        Fault is not null || (_step >= step && (!epoch || _epochStep >= step));

    private void Write(Action append)
    {
        lock (_gate)
        {
            TryWrite(append, durably: _waiting.Count > 0);
            foreach (var (_, _, done) in _waiting.Where(waiting => Has(waiting.Step, waiting.Epoch)))
            {
                done.TrySetResult();
            }

            _waiting.RemoveAll(waiting => Has(waiting.Step, waiting.Epoch));
        }
    }

    private void TryWrite(Action append, bool durably)
    {
        if (Fault is not null)
        {
            return;
        }

        try
        {
            append();
            _file.Flush(durably);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Fault = $"{_file.Name}: {error.Message.TrimEnd('.')}; the job goes on without it";
        }
    }

    private void Append(StepsCommitted steps)
    {
        // Steps that nobody remembers leave a gap; those that follow keep their numbers.
        _step = Math.Max(_step, steps.FirstStep);
        // After a roll back steps are done again, to the same totals: their lines are there already.
        foreach (var totals in steps.Steps.Skip((int)Math.Min(_step - steps.FirstStep, steps.Steps.Count)))
        {
            var loss = totals.Loss / (double)totals.Samples;
            double? accuracy = _countsHits ? totals.Hits / (double)totals.Samples : null;
            var line = new StepLine(_step + 1, (_step / _stepsPerEpoch) + 1, loss, accuracy);
            _file.Write(JsonSerializer.SerializeToUtf8Bytes(line, MetricsJson.Default.StepLine));
            _file.WriteByte((byte)'\n');
            _step++;
        }
    }

    private void Append(EpochCompleted epoch)
    {
        // JSON has no infinity; a held-out loss may be one before a training loss is.
        var testLoss = epoch.TestLoss is { } loss && double.IsFinite(loss) ? epoch.TestLoss : null;
        var line = new EpochLine(
            epoch.Epoch, epoch.Step, epoch.TrainLoss, epoch.TrainAccuracy, testLoss, epoch.TestAccuracy);
        _file.Write(JsonSerializer.SerializeToUtf8Bytes(line, MetricsJson.Default.EpochLine));
        _file.WriteByte((byte)'\n');
        _epochStep = epoch.Step;
    }

    /// <summary>The length of the lines up to a step, and the last epoch's end among them.</summary>
    /// <remarks>A last line that was not finished, and all after a line that is none of ours, are dropped.</remarks>
    private static (long Bytes, long EpochStep) Kept(FileStream file, long step)
    {
        var text = new byte[file.Length];
        file.ReadExactly(text);
        var (start, epochStep) = (0, 0L);
        while (text.AsSpan(start).IndexOf((byte)'\n') is var length and >= 0)
        {
            if (LineStep(text.AsMemory(start, length)) is not { } line || line.Step > step)
            {
                break;
            }

            epochStep = line.IsEpoch ? line.Step : epochStep;
            start += length + 1;
        }

        return (start, epochStep);
    }

    private static (long Step, bool IsEpoch)? LineStep(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return (document.RootElement.GetProperty("step").GetInt64(),
                document.RootElement.TryGetProperty("trainLoss", out _));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>A step's means over its mini-batch. Units: loss in nats, or the target's unit squared.</summary>
internal sealed record StepLine(long Step, long Epoch, double Loss, double? Accuracy);

/// <summary>An epoch's means over its steps, and over the held-out samples after it.</summary>
internal sealed record EpochLine(
    int Epoch, long Step, double TrainLoss, double? TrainAccuracy, double? TestLoss, double? TestAccuracy);

// Written only: what reading needs beside it would have to be compiled before the first line.
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Serialization,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StepLine))]
[JsonSerializable(typeof(EpochLine))]
internal sealed partial class MetricsJson : JsonSerializerContext;
