namespace Distributed.Conventions.Tests.Reading;

public sealed class RatchetTests
{
    private static readonly Finding[] Two = [new("src/A.cs", 1, "a", "b"), new("src/A.cs", 2, "a", "b")];

    [Theory]
    [InlineData(2, 0)]
    [InlineData(1, 2)]
    [InlineData(3, 1)]
    public void Judge_KeepsTheLimit_InBothDirections(int allowed, int complaints) =>
        Assert.Equal(complaints, new Ratchet([$"rule src/A.cs {allowed}"]).Judge("rule", Two).Count);

    [Fact]
    public void Judge_AllowsNothing_WhereNothingIsWritten()
    {
        Assert.Equal(2, new Ratchet(["# rule src/A.cs 2", "other src/A.cs 2"]).Judge("rule", Two).Count);
        Assert.Single(new Ratchet(["rule src/Gone.cs 1"]).Judge("rule", []));
    }

    [Fact]
    public void Lower_NeverRaises_AndDropsWhatIsDone()
    {
        var ratchet = new Ratchet(["other src/A.cs 9", "rule src/A.cs 1", "rule src/B.cs 4"]);
        ratchet.Lower("rule", Two);
        Assert.Equal(["other src/A.cs 9", "rule src/A.cs 1"], ratchet.Lines());
    }
}
