using System.Reflection;
using Distributed.Conventions.Tests.Reading;

namespace Distributed.Conventions.Tests.Rules;

public sealed class ActorSurfaceTests
{
    [Fact]
    public void ActorKernel_ShowsTheMirroredSurfaceAndItsOwnTypes_AndNothingElse()
    {
        string[] assemblies = ["Distributed.Actors", "Distributed.Actors.TestKit"];
        var types = assemblies.SelectMany(name => PublicApi.Types(Assembly.Load(name))).ToList();
        Ratchet.Check("actor-surface", Surface(Repository.Read(ActorSurface.File)).Compare(types));
    }

    [Fact]
    public void Compare_FindsATypeThatIsNotListed()
    {
        var finding = Assert.Single(Surface("").Compare([typeof(Sample)]));
        Assert.Contains("'class ActorSurfaceTests.Sample : IDisposable' is no mirrored type", finding.ToString());
    }

    [Fact]
    public void Compare_FindsWhatIsTooMuchAndWhatIsMissing()
    {
        var surface = Surface(
            """
            class ActorSurfaceTests.Sample : IDisposable
              Sample()
              const string Text = "a"
              int Get<T>(string[] names, int? limit = 3, params object[] args)
              own: readonly long Field
              protected virtual void Change(T x)
              void Dispose()
            """);
        var findings = surface.Compare([typeof(Sample)]).Select(finding => finding.What.Split(": ")[^1]);
        Assert.Equal(
            ["'bool Value { get; }' is beyond the mirrored surface",
                "'protected virtual void Change(out List<int> x)' is beyond the mirrored surface",
                "'protected virtual void Change(T x)' is listed, but not there"],
            findings);
    }

    [Fact]
    public void Compare_FindsLinesWithoutAType() => Assert.Equal(
        ["no public 'class Gone'", "no public type 'Lost'"],
        Surface("class Gone\n  void Do()\nown Lost: reason").Compare([]).Select(finding => finding.What));

    [Fact]
    public void Compare_LeavesOwnTypesFree() =>
        Assert.Empty(Surface("own ActorSurfaceTests.Sample: reason").Compare([typeof(Sample)]));

    private static ActorSurface Surface(string text) => new(text.Split('\n'));

#pragma warning disable CA1034, CA1051, CA1822, CA1063, CA1816, CA1721, MA0069 // it is to show all kinds of members
    public class Sample : IDisposable
    {
        public const string Text = "a";
        public readonly long Field;

        public bool Value { get; private set; }

        public int Get<T>(string[] names, int? limit = 3, params object?[] args) =>
            names.Length + args.Length + (limit ?? 0);

        public void Dispose() => Value = true;

        public override string ToString() => Text;

        internal void Hide() => Value = false;

        protected virtual void Change(out List<int> x) => x = [];
    }
#pragma warning restore CA1034, CA1051, CA1822, CA1063, CA1816, CA1721, MA0069
}
