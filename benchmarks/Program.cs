using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Distributed.Benchmarks.Collectives;
using Distributed.Benchmarks.Comparisons;
using Distributed.Benchmarks.Measuring;
using Distributed.Engine.Errors;

const string Everything = "all";

// What follows an option; null where it is not given.
string? After(string option) => args.SkipWhile(word => word != option).Skip(1).FirstOrDefault();

int NumberAfter(string option, int otherwise) => After(option) switch
{
    null => otherwise,
    { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        => number,
    { } text => throw new UserErrorException(
        $"{option} '{text}' is no whole number from 1 up: write it as {option} {otherwise}"),
};

int Compare(string name)
{
    var effort = Effort.Real with
    {
        GlooScript = After("--gloo"),
        TorchScript = After("--torch"),
        Python = After("--python"),
        Turns = NumberAfter("--turns", Effort.Real.Turns),
        Networks = NumberAfter("--networks", Effort.Real.Networks),
        Seed = NumberAfter("--seed", Effort.Real.Seed),
        Only = After("--only")?.Split(';'),
    };
    foreach (var comparison in Comparison.All.Where(comparison => name is Everything || comparison.Name == name))
    {
        var report = comparison.Measure(effort);
        if (effort.Only is null)
        {
            ResultFiles.Save(report);
        }

        Console.WriteLine($"{report.Name} on {report.Machine}. {report.Settings}\n\n{report.Table()}");
    }

    return 0;
}

if (args is [AllReduceProcess.Name, ..])
{
    return AllReduceProcess.Run(args[1..]);
}

var name = args.FirstOrDefault() ?? "";
if (name == Everything || Comparison.All.Any(comparison => comparison.Name == name))
{
    try
    {
        return Compare(name);
    }
    catch (UserErrorException mistake)
    {
        Console.Error.WriteLine(mistake.Message);
        return 1;
    }
}

// In this process: BenchmarkDotNet's own projects would have to fit the rules of this repository's build.
var config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
var types = typeof(Comparison).Assembly.GetTypes().Where(type => type.IsPublic && !type.IsAbstract);
var benchmarks = types.Where(type => type.GetMethods().Any(method =>
    method.GetCustomAttributes(typeof(BenchmarkDotNet.Attributes.BenchmarkAttribute), true).Length > 0)).ToArray();
if (benchmarks.Any(type => type.Name == name))
{
    string[] filter = ["--filter", $"*.{name}.*", .. args[1..]];
    BenchmarkSwitcher.FromTypes(benchmarks).Run(filter, config);
    return 0;
}

Console.Error.WriteLine($"benchmark '{name}' is unknown: choose {Everything}, "
    + $"{string.Join(", ", Comparison.All.Select(comparison => comparison.Name))}, or with BenchmarkDotNet "
    + $"{string.Join(", ", benchmarks.Select(type => type.Name))}");
return 1;
