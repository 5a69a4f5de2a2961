using Distributed.Conventions.Tests.Reading;

namespace Distributed.Conventions.Tests.Rules;

public sealed class BannedCallsTests
{
    [Fact]
    public void Sources_CallNothingBanned() =>
        Ratchet.Check("banned-call", Repository.Sources.SelectMany(BannedCalls.In));

    [Theory]
    [InlineData("src/Worker/A.cs", "DateTime.UtcNow")]
    [InlineData("src/Worker/A.cs", "DateTime.Now.Ticks")]
    [InlineData("src/Worker/A.cs", "System.DateTime.Today")]
    [InlineData("src/Worker/A.cs", "global::System.Threading.Thread.Sleep(1)")]
    [InlineData("src/Worker/A.cs", "Task.Delay(1).ContinueWith(_ => 1)")]
    [InlineData("src/Worker/A.cs", "$\"at {Environment.TickCount64} ms\"")]
    [InlineData("src/Worker/A.cs", "Random.Shared.Next()")]
    [InlineData("src/Worker/A.cs", "new System.Random(3)")]
    [InlineData("src/Worker/A.cs", "Guid.NewGuid().ToString()")]
    [InlineData("src/Worker/A.cs", "Console.Error.Write(1)")]
    [InlineData("src/Engine/A.cs", "MathF.Exp(x)")]
    [InlineData("src/Engine/A.cs", "values.Select(Math.Tanh)")]
    [InlineData("src/Engine/A.cs", "float.Log(x)")]
    [InlineData("src/Engine/A.cs", "Vector512.Exp(x)")]
    [InlineData("tests/Engine.Tests/A.cs", "Thread.Sleep(10)")]
    [InlineData("tests/Engine.Tests/A.cs", "Task.Delay(10)")]
    [InlineData("tests/Engine.Tests/A.cs", "new Random()")]
    public void In_FindsTheCall(string path, string expression) =>
        Assert.Single(BannedCalls.In(Method(path, expression)));

    [Theory]
    [InlineData("src/Cli/A.cs", "Console.WriteLine(1)")]
    [InlineData("src/Worker/A.cs", "Math.Exp(x)")]
    [InlineData("src/Engine/A.cs", "Math.Sqrt(x) + MathF.FusedMultiplyAdd(x, x, x)")]
    [InlineData("src/Engine/A.cs", "TMath.Exp(x)")]
    [InlineData("src/Engine/A.cs", "\"DateTime.UtcNow\" /* Math.Exp(x) */")]
    [InlineData("src/Engine/Kernels/Lanes/DoubleArithmetic.cs", "Math.Exp(x)")]
    [InlineData("tests/Engine.Tests/A.cs", "new Random(3)")]
    [InlineData("tests/Engine.Tests/A.cs", "Math.Exp(x)")]
    public void In_AllowsTheRest(string path, string expression) =>
        Assert.Empty(BannedCalls.In(Method(path, expression)));

    [Fact]
    public void In_FindsATargetTypedRandom_AndAStaticImport() =>
        Assert.Equal(2, BannedCalls.In(new Source(
            "src/Worker/A.cs", "using static System.Math; class A { System.Random r = new(3); }")).Count());

    private static Source Method(string path, string expression) =>
        new(path, $"class A {{ object M() {{ return {expression}; }} }}");
}
