using System.Reflection;
using Distributed.Measuring;

namespace Distributed.Benchmarks.Measuring;

/// <summary>What a result has to say about where it comes from.</summary>
internal static class Machine
{
    /// <summary>The processor's model and how many cores there are.</summary>
    internal static string Name { get; } = Processor.Description;

    /// <summary>The name as a folder: lower-case words and numbers.</summary>
    internal static string Folder { get; } = string.Join('-', new string(
        [.. Name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')])
        .Split(' ', StringSplitOptions.RemoveEmptyEntries));

    internal static string Sdk { get; } = typeof(Machine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "SdkVersion")?.Value ?? "unknown";

    /// <summary>The commit that the assembly was built from; changes that were not committed do not show.</summary>
    internal static string Commit { get; } = typeof(Machine).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var commit]
        ? commit[..Math.Min(12, commit.Length)]
        : "unknown";
}
