using Distributed.Cli.Display;
using Distributed.Measuring;
using Distributed.Measuring.Jobs;
using Distributed.Measuring.Passes;
using Distributed.Measuring.Products;

namespace Distributed.Cli.Bench;

/// <summary>Measurements as tables, row by row.</summary>
internal sealed class BenchTables(TextWriter output) : IBenchOutput
{
    private ProductSize? _size;

    public void Begin(int cores) => Write($"{Program.Version} on {Processor.Description}");

    public void Peaks(IReadOnlyList<VectorPeak> peaks, IReadOnlyList<(int Threads, double BytesPerSecond)> memory)
    {
        Write("\nPeak of one core");
        foreach (var peak in peaks)
        {
            Write($"  {peak.Path,-10}  {Rate(peak.OperationsPerSecond)} GFLOP/s");
        }

        Write("\nReading memory");
        foreach (var (threads, rate) in memory)
        {
            Write($"  {Wording.Plural(threads, "thread"),-10}  {Rate(rate)} GB/s");
        }
    }

    public void BeginProducts(IReadOnlyList<VectorPeak> peaks)
    {
        Write("\nProducts of linear layers of samples×inputs×outputs, one core");
        Write($"  {"",-27}" + string.Concat(peaks.Select(peak => $"{peak.Path,32}")));
        Write($"  {"layer",-15}{"product",-12}" + string.Concat(
            peaks.Select(_ => $"{"µs",12}{"GFLOP/s",11}{"of peak",9}")));
    }

    public void Product(ProductForm form, ProductSize size, IReadOnlyList<(VectorPeak Vectors, double Seconds)> times)
    {
        var name = form switch
        {
            ProductForm.Forward => "X·W",
            ProductForm.InputGradient => "dY·Wᵀ",
            _ => "Xᵀ·dY",
        };
        var columns = times.Select(time =>
        {
            var rate = size.Operations / time.Seconds;
            return $"{time.Seconds * 1e6,12:0.0}{rate / 1e9,11:0.0}{Share(rate / time.Vectors.OperationsPerSecond),9}";
        });
        Write($"  {(_size == size ? "" : $"{size}"),-15}{name,-12}{string.Concat(columns)}");
        _size = size;
    }

    public void Pass(Workload workload, IReadOnlyList<OperationTime> operations, double peak)
    {
        Write($"\nForward and backward pass of {workload.Name}, batch {workload.BatchSize}, one core");
        var layer = Math.Max(5, operations.Max(one => one.Layer.Length)) + 2;
        var name = operations.Max(one => one.Operation.Length) + 2;
        var result = operations.Max(one => one.Output.Length) + 2;
        Write("  " + "layer".PadRight(layer) + "pass".PadRight(10) + "operation".PadRight(name)
            + "result".PadRight(result) + $"{"µs",10}{"of pass",9}{"GFLOP/s",10}{"of peak",9}{"MB",9}{"GB/s",8}");
        var total = operations.Sum(one => one.Seconds);
        foreach (var one in operations)
        {
            Write("  " + one.Layer.PadRight(layer) + (one.IsBackward ? "backward" : "forward").PadRight(10)
                + one.Operation.PadRight(name) + one.Output.PadRight(result)
                + Columns(one.Seconds, total, one.Operations, peak, one.Bytes));
        }

        Write("  " + "all".PadRight(layer + 10 + name + result) + Columns(
            total, total, operations.Sum(one => one.Operations), peak, operations.Sum(one => one.Bytes)));
    }

    public void Scaling(Workload workload, IReadOnlyList<ScalingPoint> points, double peak)
    {
        Write($"\nTraining steps of {workload.Name}, batch {workload.BatchSize}; all train the same bits");
        Write($"  {"workers",-9}{"samples/s",12}{"median",12}{"times one",11}{"apart",8}{"GFLOP/s",10}{"of peak",9}");
        foreach (var point in points)
        {
            var rate = point.OperationsPerSecond;
            Write($"  {point.Workers,-9}{point.Best,12:#,0}{Statistics.Median(point.Rates),12:#,0}"
                + $"{point.Ratio,11:0.00}{point.ApartRatio,8:0.00}{rate / 1e9,10:0.0}"
                + $"{Share(rate / peak / point.Workers),9}");
        }
    }

    public void End(IReadOnlyList<string> parts, TimeSpan took) =>
        Write($"\nmeasured {string.Join(", ", parts)} in {took.TotalSeconds:0} s: of a pass the medians, else the best "
            + $"of {BenchCommand.Rounds} rounds");

    private static string Columns(double seconds, double total, double operations, double peak, double bytes)
    {
        var rate = operations / seconds;
        var ofPeak = operations > 0 ? $"{rate / 1e9,10:0.0}{Share(rate / peak),9}" : new string(' ', 19);
        return $"{seconds * 1e6,10:0.0}{Share(seconds / total),9}{ofPeak}"
            + $"{bytes / 1e6,9:0.00}{bytes / seconds / 1e9,8:0.0}";
    }

    private static string Rate(double perSecond) => $"{perSecond / 1e9,7:0.0}";

    private static string Share(double share) => $"{share * 100:0.0} %";

    private void Write(string line)
    {
        output.Write(line + "\n");
        output.Flush();
    }
}
