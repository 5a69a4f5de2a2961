using System.Diagnostics;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>A test that needs Node with @grpc/grpc-js; skipped where they are missing, but never in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GrpcJsTheoryAttribute : TheoryAttribute
{
    public GrpcJsTheoryAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" && Missing() is { } missing)
        {
            Skip = $"{missing}: install Node, then run npm ci --ignore-scripts in {Folder}";
        }
    }

    /// <summary>Of the program that calls.</summary>
    internal static string Folder => Path.Combine(Root(), "tests", "Cluster.Tests", "Links", "Grpc", "grpc-js");

    /// <summary>Of the repository.</summary>
    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Distributed.sln")))
        {
            folder = folder.Parent
                ?? throw new InvalidOperationException($"no Distributed.sln above {AppContext.BaseDirectory}");
        }

        return folder.FullName;
    }

    private static string? Missing()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "@grpc", "grpc-js")))
        {
            return "@grpc/grpc-js is not installed";
        }

        try
        {
            var start = new ProcessStartInfo("node", "--version")
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
            using var node = Process.Start(start);
            node!.WaitForExit();
            return node.ExitCode == 0 ? null : "node does not run";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "node is not installed";
        }
    }
}
