using Distributed.Cli.Runs;
using Distributed.Cli.Settings;
using Distributed.Measuring;
using Distributed.Measuring.Jobs;
using Distributed.Measuring.Passes;
using Distributed.Measuring.Products;

namespace Distributed.Cli.Bench;

/// <summary>distributed bench: measures part by part, and prints what is measured as soon as it is.</summary>
internal sealed class BenchCommand
{
    /// <summary>How often each thing is measured, but for the operations of a pass, which are so more often.</summary>
    internal const int Rounds = 5;

    private readonly BenchArguments _arguments;
    private readonly TrainRequest _request;
    private readonly CliHost _host;
    private readonly IBenchOutput _output;
    private IReadOnlyList<VectorPeak> _peaks;

    private BenchCommand(BenchArguments arguments, TrainRequest request, CliHost host)
    {
        (_arguments, _request, _host) = (arguments, request, host);
        _output = arguments.Json ? new BenchLines(host.Out) : new BenchTables(host.Out);
        _output.Begin(host.Cores);
        Tell("peak of one core");
        _peaks = Measured([.. Peak.Paths.Select(path => new VectorPeak(path, 0))]);
    }

    private Workload Workload => WorkloadOf(_request);

    /// <remarks>Errors: UserErrorException for settings out of range and a model that does not fit.</remarks>
    internal static int Run(BenchArguments arguments, CliHost host)
    {
        var request = arguments.Settings.ApplyTo(TrainRequest.Default);
        new JobCheck(arguments.Settings, request, cores: 1).BeforeData();
        WorkloadOf(request).Check();
        var started = host.Clock.GetTimestamp();
        var command = new BenchCommand(arguments, request, host);
        foreach (var part in arguments.Parts)
        {
            command.Measure(part);
        }

        command._output.End(arguments.Parts, host.Clock.GetElapsedTime(started));
        return ExitCodes.Done;
    }

    private void Measure(string part)
    {
        // Again, lest a disturbance when the command began shows in all shares.
        _peaks = Measured(_peaks);
        switch (part)
        {
            case BenchArguments.Peak:
                MeasurePeak();
                break;
            case BenchArguments.Gemm:
                MeasureProducts();
                break;
            case BenchArguments.Layers:
                Tell($"{Workload.Name}: forward and backward pass");
                _output.Pass(
                    Workload, new PassTimes(Workload, _request.Job.MicrobatchSize).Measure(_arguments.Length),
                    _peaks[0].OperationsPerSecond);
                break;
            default:
                MeasureScaling();
                break;
        }
    }

    private void MeasurePeak()
    {
        var memory = new List<(int, double)>();
        foreach (var threads in new[] { 1, _host.Cores }.Distinct())
        {
            Tell($"memory, {Display.Wording.Plural(threads, "thread")}");
            memory.Add((threads, MemoryBandwidth.Measure(threads)));
        }

        _output.Peaks(_peaks, memory);
    }

    private void MeasureProducts()
    {
        var sizes = ProductSize.Usual;
        var forms = Enum.GetValues<ProductForm>();
        // A round more to warm up and to count how often each is run in a round, which takes as long.
        var each = _arguments.Length / (sizes.Count * forms.Length * _peaks.Count * (Rounds + 2));
        _output.BeginProducts(_peaks);
        foreach (var (index, size) in sizes.Index())
        {
            Tell($"products {index + 1} of {sizes.Count}: {size}");
            foreach (var form in forms)
            {
                var runs = _peaks.Select(peak => (Action)new ProductRun(form, size, peak.Path).Run).ToArray();
                var seconds = Alternating.Run(Rounds, each, runs);
                _output.Product(form, size, [.. _peaks.Zip(seconds.Select(rounds => rounds.Min()))]);
            }
        }
    }

    private void MeasureScaling()
    {
        var counts = WorkerScaling.Counts(_request.WorkersOn(_host.Cores));
        Tell($"{Workload.Name}: {string.Join(", ", counts)} workers in turns, and as many jobs apart");
        // All but one worker twice, together and apart. The more workers, the shorter their leases; the first ones
        // compare the bits and count the steps.
        var lease = _arguments.Length / ((Rounds + 2) * counts.Sum(count => (count == 1 ? 1.0 : 2.0) / count));
        _output.Scaling(
            Workload,
            WorkerScaling.Measure(Workload, counts, _request.Job.MicrobatchSize, Rounds, lease),
            _peaks[0].OperationsPerSecond);
    }

    private static Workload WorkloadOf(TrainRequest request) =>
        Workload.Digits(request.Job.Model, request.Job.Model, request.Job.BatchSize);

    /// <summary>The peaks as they are known, or better.</summary>
    private static IReadOnlyList<VectorPeak> Measured(IReadOnlyList<VectorPeak> peaks) =>
        [.. peaks.Select(peak => peak with
        {
            OperationsPerSecond = Math.Max(peak.OperationsPerSecond, Peak.Measure(peak.Path)),
        })];

    private void Tell(string what) => _host.Error.WriteLine($"measuring {what}");
}
