using System.Globalization;
using Distributed.Benchmarks.Measuring;
using Distributed.Benchmarks.Peers;
using Distributed.Engine.Kernels;
using Distributed.Measuring;
using Distributed.Measuring.Products;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>
/// The three products of linear layers on one core, against its peak, and against PyTorch's with OpenBLAS where its
/// script is given, in turns.
/// </summary>
/// <remarks>
/// Units: GFLOP/s. Ours pack their operands and sum weight gradients along the canonical tree each time; PyTorch's are
/// one call of torch.mm into memory that is there.
/// </remarks>
internal static class ProductSpeeds
{
    internal const string Name = "gemm";
    private const int RoundsInTurn = 4;
    private const double WidestShare = 0.92;
    private const double NarrowShare = 0.90;

    /// <summary>The sizes with goals of their own.</summary>
    private static readonly ProductSize[] Goals = [new(256, 784, 512), new(512, 512, 512), new(1024, 1024, 1024)];

    internal static Report Measure(Effort effort)
    {
        var isReal = effort.Size == Kernels.BenchmarkSize.Real;
        IReadOnlyList<ProductSize> sizes = isReal ? ProductSize.Usual : [new ProductSize(9, 21, 35)];
        var peer = effort.FindTorch();
        var peaks = Peak.Paths.ToDictionary(path => path, Peak.Measure);
        var rates = new SortedDictionary<(int Size, ProductForm Form, KernelPath Path), List<double>>();
        var theirs = new Dictionary<(ProductSize, ProductForm), List<double>>();
        var round = effort.RoundLength / 10;
        for (var turn = 0; turn < effort.Turns; turn++)
        {
            Console.Error.WriteLine($"products: turn {turn + 1} of {effort.Turns}");
            foreach (var path in peaks.Keys)
            {
                peaks[path] = Math.Max(peaks[path], Peak.Measure(path));
            }

            foreach (var (index, size) in sizes.Index())
            {
                foreach (var (form, path) in
                    from form in Enum.GetValues<ProductForm>() from path in peaks.Keys select (form, path))
                {
                    var seconds = Alternating.Run(RoundsInTurn, round, new ProductRun(form, size, path).Run);
                    Add(rates, (index, form, path), size.Operations / seconds[0].Min() / 1e9);
                }
            }

            AddPeer(theirs, peer, sizes, round);
        }

        return Report.Of(
            Name, $"One core, {effort.Turns} turns, of each the best of {RoundsInTurn} rounds; peak "
            + $"{string.Join(", ", peaks.Select(peak => $"{peak.Value / 1e9:0} GFLOP/s with {peak.Key}"))}. "
            + (peer?.Settings ?? TorchPeer.Absent),
            [.. rates.Select(one => Row(one.Key.Form, sizes[one.Key.Size], one.Key.Path, one.Value, peaks, theirs))]);
    }

    private static void AddPeer(
        Dictionary<(ProductSize, ProductForm), List<double>> rates, TorchPeer? peer,
        IReadOnlyList<ProductSize> sizes, TimeSpan round)
    {
        var names = sizes.ToDictionary(size => $"{size}".Replace('×', 'x'));
        var seconds = round.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        foreach (var line in peer?.Lines(TorchPeer.OwnScript("torch_products.py"),
            $"{seconds} {string.Join(' ', names.Keys)}") ?? [])
        {
            // Forward 256x784x512: 240.1 GFLOP/s
            var words = line.Split(' ', ':');
            Add(rates, (names[words[1]], Enum.Parse<ProductForm>(words[0])),
                double.Parse(words[3], CultureInfo.InvariantCulture));
        }
    }

    private static Row Row(
        ProductForm form, ProductSize size, KernelPath path, List<double> rates,
        Dictionary<KernelPath, double> peaks, Dictionary<(ProductSize, ProductForm), List<double>> theirs)
    {
        var share = rates.Max() * 1e9 / peaks[path];
        var times = path == KernelPaths.Best && theirs.TryGetValue((size, form), out var other)
            ? rates.Max() / other.Max()
            : (double?)null;
        var needed = path == KernelPath.Vector512 ? WidestShare : NarrowShare;
        var hasGoal = Goals.Contains(size) && path >= KernelPath.Vector256;
        var goal = $"at least {needed:P0}{(times is null ? "" : ", 1.0 ×")}";
        return new Row(
            $"{form} {size}, {path}", Statistics.Median(rates), rates.Max(), Statistics.Quantile(rates, 0.01),
            "GFLOP/s",
            $"{share:P0} of peak{(times is null ? "" : $", {times:0.00} × OpenBLAS")}", hasGoal ? goal : null,
            hasGoal ? share >= needed && (times ?? 1) >= 1 : null);
    }

    private static void Add<TKey>(IDictionary<TKey, List<double>> rates, TKey key, double rate)
    {
        if (!rates.TryGetValue(key, out var all))
        {
            rates.Add(key, all = []);
        }

        all.Add(rate);
    }
}
