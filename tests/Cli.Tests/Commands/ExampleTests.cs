namespace Distributed.Cli.Tests.Commands;

public sealed class ExampleTests : IDisposable
{
    private readonly Harness _cli = new();

    [Fact]
    public void Example_ListsAllByName_WhenNoneIsNamed()
    {
        var result = _cli.Run("example");
        Assert.Equal(0, result.Exit);
        Assert.Contains(result.Lines, line => line.StartsWith("derivative ", StringComparison.Ordinal));
        Assert.Equal(Distributed.Examples.ExampleCatalog.All.Count, result.Lines.Length);
    }

    [Fact]
    public void Example_TellsItsChecks_AndDrawsIntoTheFolder()
    {
        var result = _cli.Run("example", "computational-graph", "--out", "pictures");
        Assert.Equal((0, ""), (result.Exit, result.Error));
        Assert.Contains("right: dd/da, dd/db, dd/dc, dc/da: 11, 4, 4, 1", result.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(_cli.PathOf("pictures/computational-graph.svg")));
    }

    public void Dispose() => _cli.Dispose();
}
