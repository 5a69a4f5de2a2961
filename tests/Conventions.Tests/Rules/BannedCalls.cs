using Distributed.Conventions.Tests.Reading;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Distributed.Conventions.Tests.Rules;

/// <summary>
/// Calls that break a promise: time and chance from nowhere, and arithmetic that differs between machines.
/// </summary>
internal static class BannedCalls
{
    private const string RandomType = "System.Random";

    private static readonly string[] Transcendental =
        ["Exp", "Exp2", "Exp10", "ExpM1", "Log", "Log2", "Log10", "LogP1", "Log2P1", "Log10P1", "Pow", "Sin", "Cos",
            "Tan", "SinCos", "SinPi", "CosPi", "TanPi", "Sinh", "Cosh", "Tanh", "Asin", "Acos", "Atan", "Atan2",
            "Asinh", "Acosh", "Atanh", "Cbrt", "RootN", "Hypot"];

    private static readonly string[] NumberTypes =
        ["Math", "MathF", "float", "double", "Single", "Double", "Half", "Vector", "Vector128", "Vector256",
            "Vector512", "TensorPrimitives"];

    private static readonly Ban[] Bans =
    [
        new("src/", ["DateTime.UtcNow", "DateTime.Now", "DateTime.Today", "DateTimeOffset.UtcNow", "DateTimeOffset.Now",
            "Environment.TickCount", "Environment.TickCount64"],
            "take a TimeProvider through the constructor, so that a test can move the time"),
        new("src/", ["Task.Delay", "Thread.Sleep"],
            "use an actor's timer, or TimeProvider.CreateTimer, so that a test can move the time"),
        new("src/", ["Random.Shared", "Guid.NewGuid", "Guid.CreateVersion7", "RandomNumberGenerator.GetBytes"],
            "use CounterRandom, keyed by seed, purpose and index, or have the name or token passed in"),
        new("src/Engine/", [.. NumberTypes.SelectMany(type => Transcendental.Select(name => $"{type}.{name}"))],
            "it differs between machines: use Transcendental, whose bits are the same everywhere"),
        new("src/", ["Console.Write", "Console.WriteLine", "Console.Out", "Console.Error"],
            "report through events or a logger; only Cli talks to the terminal"),
        new("tests/", ["Thread.Sleep", "Task.Delay", "SpinWait.SpinUntil"],
            "move virtual time, or wait for a named event"),
        new("tests/", ["Random.Shared"], "seed it, and print the seed when the test fails"),
    ];

    /// <summary>Where a banned name may stand all the same, and why.</summary>
    private static readonly (string Path, string Name, string Reason)[] Exceptions =
    [
        ("src/Cli/", "Console.", "the terminal is what it talks to"),
        ("src/Cli/", "Guid.", "a run's name for people, which decides no bits"),
        ("src/Cluster/Security/ClusterToken.cs", "RandomNumberGenerator.", "a secret must not be a function of a seed"),
        ("src/Actors.TestKit/Dispatch/SeededDispatcher.cs", RandomType, "its caller gives the seed; trains nothing"),
        ("src/Engine/Kernels/Lanes/DoubleArithmetic.cs", "Math.", "the oracle in double precision; trains nothing"),
        ("src/Engine/Backends/Reference/", "Math.", "the oracle in double precision; trains nothing"),
    ];

    internal static IEnumerable<Finding> In(Source source)
    {
        foreach (var (node, fullName) in source.DottedNames())
        {
            var name = TypeAndMember(fullName);
            var ban = Bans.FirstOrDefault(ban => ban.Covers(source.Path) && ban.Names.Contains(name));
            if (ban is not null && !IsExcepted(source.Path, name))
            {
                yield return source.At(node, $"calls {name}", ban.Instead);
            }
        }

        foreach (var node in source.Root.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>())
        {
            var seedless = node.ArgumentList?.Arguments.Count is null or 0;
            if (CreatesRandom(node) && (source.Area == "src" || seedless) && !IsExcepted(source.Path, RandomType))
            {
                yield return source.At(
                    node, $"creates a {RandomType}", source.Area == "src"
                        ? "its numbers depend on the order of calls: use CounterRandom"
                        : "seed it, and print the seed when the test fails");
            }
        }

        foreach (var node in source.Root.DescendantNodes().OfType<UsingDirectiveSyntax>())
        {
            if (node.StaticKeyword.Text.Length > 0 && node.Name?.ToString() is "System.Math" or "System.MathF")
            {
                yield return source.At(
                    node, "imports Math's members", "write Math.X, so that a reader and a test see it");
            }
        }
    }

    private static bool IsExcepted(string path, string name) => Exceptions.Any(exception =>
        path.StartsWith(exception.Path, StringComparison.Ordinal)
        && name.StartsWith(exception.Name, StringComparison.Ordinal));

    /// <summary>Task.Delay of System.Threading.Tasks.Task.Delay, DateTime.UtcNow of DateTime.UtcNow.Ticks.</summary>
    private static string TypeAndMember(string name)
    {
        var parts = name.Split('.');
        var type = Array.FindIndex(parts, part => Bans.Any(ban => ban.Types.Contains(part)));
        return type < 0 || type + 1 >= parts.Length ? name : $"{parts[type]}.{parts[type + 1]}";
    }

    private static bool CreatesRandom(BaseObjectCreationExpressionSyntax node)
    {
        var type = node switch
        {
            ObjectCreationExpressionSyntax written => written.Type,
            { Parent: EqualsValueClauseSyntax { Parent.Parent: VariableDeclarationSyntax declaration } }
                => declaration.Type,
            _ => null,
        };
        return type?.ToString() is "Random" or "System.Random" or "global::System.Random";
    }

    private sealed record Ban(string Folder, string[] Names, string Instead)
    {
        internal HashSet<string> Types { get; } = [.. Names.Select(name => name.Split('.')[0])];

        internal bool Covers(string path) => path.StartsWith(Folder, StringComparison.Ordinal);
    }
}
