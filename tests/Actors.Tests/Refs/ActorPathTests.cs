using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Actors.Tests;

public sealed class ActorPathTests
{
    [Theory]
    [InlineData("actors://sys/user/a")]
    [InlineData("actors://sys@host:7100/user/a/b")]
    [InlineData("actors://sys/")]
    public void Parse_GivesTheSameText_WhenWrittenAgain(string text) =>
        Assert.Equal(text, ActorPath.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("/user/a")]
    [InlineData("actors://")]
    [InlineData("actors://sys@host/user")]
    [InlineData("actors://sys/user/a#x")]
    public void Parse_QuotesTheText_WhenItIsNoPath(string text)
    {
        Assert.False(ActorPath.TryParse(text, out _));
        Assert.Contains($"'{text}'", Assert.Throws<UriFormatException>(() => ActorPath.Parse(text)).Message);
    }

    [Fact]
    public void Elements_RunFromTheRootDown_WhenAsked()
    {
        var path = ActorPath.Parse("actors://sys/user/a#17");
        Assert.Equal(["user", "a"], path.Elements);
        Assert.Equal("/user/a", path.ToStringWithoutAddress());
        Assert.Equal(("a", 17L, "user"), (path.Name, path.Uid, path.Parent.Name));
        Assert.Same(path.Parent.Parent, path.Parent.Parent.Parent);
    }

    [Fact]
    public void Equality_LooksAtAddressAndNames_WhenUidsDiffer()
    {
        var path = ActorPath.Parse("actors://sys/user/a#17");
        Assert.True(path == ActorPath.Parse("actors://sys/user") / "a");
        Assert.True(path != ActorPath.Parse("actors://other/user/a"));
        Assert.True(path != ActorPath.Parse("actors://sys/user/b"));
        Assert.True(path != path.Parent);
        Assert.Equal(path.GetHashCode(), (path.Parent / "a").GetHashCode());
        Assert.True(path.CompareTo(path.Parent) > 0);
    }

    [Fact]
    public void Address_IsWrittenAsRead_WhenParsed()
    {
        var address = Address.Parse("tcp://sys@10.0.0.7:7100");
        Assert.Equal(new Address("tcp", "sys", "10.0.0.7", 7100), address);
        Assert.Equal("tcp://sys@10.0.0.7:7100", address.ToString());
        Assert.True(address != new Address("tcp", "sys"));
        Assert.Throws<UriFormatException>(() => Address.Parse("sys"));
    }

    [Fact]
    public void AutoNames_NeverRepeat_WhenNumbersDiffer() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<NonNegativeInt>(),
            ArbMap.Default.ArbFor<NonNegativeInt>(),
            (first, second) => ActorNames.Auto(first.Get) == ActorNames.Auto(second.Get) == (first.Get == second.Get))
            .QuickCheckThrowOnFailure();
}
