using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Distributed.Cli.Display;
using Distributed.Measuring;
using Distributed.Measuring.Jobs;
using Distributed.Measuring.Passes;
using Distributed.Measuring.Products;

namespace Distributed.Cli.Bench;

/// <summary>Measurements as lines of JSON; see Note [JSON lines].</summary>
internal sealed class BenchLines(TextWriter output) : IBenchOutput
{
    public void Begin(int cores) => Write(
        new MachineLine("machine", Processor.Description, cores, Program.VersionNumber),
        JsonLines.Default.MachineLine);

    public void Peaks(IReadOnlyList<VectorPeak> peaks, IReadOnlyList<(int Threads, double BytesPerSecond)> memory)
    {
        foreach (var peak in peaks)
        {
            Write(new PeakLine("peak", $"{peak.Path}", peak.OperationsPerSecond / 1e9), JsonLines.Default.PeakLine);
        }

        foreach (var (threads, rate) in memory)
        {
            Write(new BandwidthLine("bandwidth", threads, rate / 1e9), JsonLines.Default.BandwidthLine);
        }
    }

    public void BeginProducts(IReadOnlyList<VectorPeak> peaks)
    {
        // Every line says its vectors itself.
    }

    public void Product(ProductForm form, ProductSize size, IReadOnlyList<(VectorPeak Vectors, double Seconds)> times)
    {
        foreach (var (vectors, seconds) in times)
        {
            var rate = size.Operations / seconds;
            Write(
                new ProductLine(
                    "product", JsonNamingPolicy.CamelCase.ConvertName($"{form}"), size.Samples, size.Inputs,
                    size.Outputs, $"{vectors.Path}", seconds * 1e6, rate / 1e9, rate / vectors.OperationsPerSecond),
                JsonLines.Default.ProductLine);
        }
    }

    public void Pass(Workload workload, IReadOnlyList<OperationTime> operations, double peak)
    {
        foreach (var one in operations)
        {
            double? rate = one.Operations > 0 ? one.Operations / one.Seconds : null;
            Write(
                new OperationLine(
                    "operation", one.Layer, one.IsBackward ? "backward" : "forward", one.Operation, one.Output,
                    one.Seconds * 1e6, rate / 1e9, rate / peak, one.Bytes, one.Bytes / one.Seconds / 1e9),
                JsonLines.Default.OperationLine);
        }

        var seconds = operations.Sum(one => one.Seconds);
        var all = operations.Sum(one => one.Operations) / seconds;
        Write(
            new PassLine("pass", workload.Model, workload.BatchSize, seconds * 1e6, all / 1e9, all / peak),
            JsonLines.Default.PassLine);
    }

    public void Scaling(Workload workload, IReadOnlyList<ScalingPoint> points, double peak)
    {
        foreach (var point in points)
        {
            Write(
                new ScalingLine(
                    "scaling", workload.Model, workload.BatchSize, point.Workers, point.Best,
                    Statistics.Median(point.Rates), point.Ratio, point.ApartRatio, point.OperationsPerSecond / 1e9,
                    point.OperationsPerSecond / peak / point.Workers),
                JsonLines.Default.ScalingLine);
        }
    }

    public void End(IReadOnlyList<string> parts, TimeSpan took) =>
        Write(new MeasuredLine("measured", parts, took.TotalSeconds), JsonLines.Default.MeasuredLine);

    private void Write<T>(T line, JsonTypeInfo<T> type)
    {
        output.Write(JsonSerializer.Serialize(line, type) + "\n");
        output.Flush();
    }
}
