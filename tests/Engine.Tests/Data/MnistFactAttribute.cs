using System.Runtime.CompilerServices;

namespace Distributed.Engine.Tests.Data;

/// <summary>Marks a test on the 10,000 MNIST test digits beside the repository; skipped without them.</summary>
public sealed class MnistFactAttribute : FactAttribute
{
    public MnistFactAttribute()
    {
        if (!Directory.Exists(Folder))
        {
            Skip = $"needs {Folder}";
        }
    }

    internal static string Folder { get; } = Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../../shared/data/mnist"));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
