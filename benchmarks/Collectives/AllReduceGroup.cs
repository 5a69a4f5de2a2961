using System.Diagnostics;
using System.Globalization;

namespace Distributed.Benchmarks.Collectives;

/// <summary>Starts processes of this program that reduce with each other, and collects what they measure.</summary>
internal static class AllReduceGroup
{
    /// <summary>Seconds per all-reduce, by size in floats, a number for each round.</summary>
    internal static Dictionary<int, List<double>> Run(int world, int rounds, int work, int frameFloats, int[] sizes)
    {
        var processes = Enumerable.Range(0, world)
            .Select(rank => Start([rank, world, rounds, work, frameFloats, .. sizes])).ToList();
        try
        {
            var addresses = string.Join(' ', processes.Select(Read));
            processes.ForEach(process => process.StandardInput.WriteLine(addresses));
            var seconds = sizes.ToDictionary(size => size, _ => new List<double>());
            foreach (var _ in sizes.SelectMany(size => new[] { size, size })) // before and after each size
            {
                foreach (var process in processes)
                {
                    for (var line = Read(process); line != "here"; line = Read(process))
                    {
                        var words = line.Split(' ');
                        seconds[int.Parse(words[0], CultureInfo.InvariantCulture)]
                            .Add(double.Parse(words[1], CultureInfo.InvariantCulture));
                    }
                }

                processes.ForEach(process => process.StandardInput.WriteLine("on"));
            }

            return seconds;
        }
        finally
        {
            processes.ForEach(End);
        }
    }

    private static Process Start(IEnumerable<int> arguments) => Process.Start(
        new ProcessStartInfo("dotnet",
            [typeof(AllReduceGroup).Assembly.Location, AllReduceProcess.Name,
                .. arguments.Select(number => $"{number}")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("a process could not be started");

    private static string Read(Process process) => process.StandardOutput.ReadLine()
        ?? throw new InvalidOperationException("a process ended before it had measured");

    private static void End(Process process)
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            process.Kill();
        }

        process.Dispose();
    }
}
