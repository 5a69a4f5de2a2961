using Distributed.Cli.Telemetry;
using Distributed.Engine.Errors;

namespace Distributed.Cli.Tests.Telemetry;

public sealed class CollectorTests
{
    [Theory]
    [InlineData("http://10.0.0.7:4318", "http://10.0.0.7:4318/v1/metrics")]
    [InlineData("http://10.0.0.7:4318/", "http://10.0.0.7:4318/v1/metrics")]
    [InlineData("https://otlp.example/prefix", "https://otlp.example/prefix/v1/metrics")]
    [InlineData("http://10.0.0.7:4317", "http://10.0.0.7:4317/")]
    public void Find_KnowsWhereASignalGoes_ForUrl(string url, string expected) =>
        Assert.Equal(expected, Find(url)!.UrlOf("metrics").AbsoluteUri);

    [Theory]
    [InlineData("http://10.0.0.7:4318", "grpc", true)]
    [InlineData("http://10.0.0.7:4317", "http/protobuf", false)]
    [InlineData("http://10.0.0.7:4317", "", true)]
    public void Find_LetsTheEnvironmentChooseTheProtocol(string url, string protocol, bool isGrpc) =>
        Assert.Equal(isGrpc, Find(url, (Collector.ProtocolVariable, protocol))!.IsGrpc);

    [Fact]
    public void Find_TakesTheOption_BeforeTheEnvironment()
    {
        (string, string) variable = (Collector.UrlVariable, "http://b:4318");
        Assert.Null(Find(null));
        Assert.Equal("b", Find(null, variable)!.Url.Host);
        Assert.Equal("a", Find("http://a:4318", variable)!.Url.Host);
    }

    [Fact]
    public void Find_SaysWhereABadValueStands()
    {
        Assert.StartsWith("--otlp 'nowhere' is no URL", Mistake("nowhere"));
        Assert.StartsWith("--otlp '' is no URL", Mistake(""));
        Assert.StartsWith(
            "OTEL_EXPORTER_OTLP_ENDPOINT 'ftp://b' is no URL", Mistake(null, (Collector.UrlVariable, "ftp://b")));
        Assert.StartsWith(
            "OTEL_EXPORTER_OTLP_PROTOCOL 'http/json' is not spoken here",
            Mistake("http://a", (Collector.ProtocolVariable, "http/json")));
    }

    [Theory]
    [InlineData("cluster", "--workers", "1")]
    [InlineData("coordinator")]
    [InlineData("worker", "--join", "127.0.0.1:1")]
    public void Commands_RefuseABadUrl_InOneLine(params string[] command)
    {
        using var harness = new Harness();
        var result = harness.Run([.. command, "--otlp", "nowhere"]);
        Assert.Equal(
            (2, "distributed: --otlp 'nowhere' is no URL of a collector: give its address, as http://127.0.0.1:4318\n"),
            (result.Exit, result.Error));
        Assert.Empty(Directory.EnumerateFileSystemEntries(harness.Folder));
    }

    private static string Mistake(string? option, params (string Name, string Value)[] variables) =>
        Assert.Throws<UserErrorException>(() => Find(option, variables)).Message;

    private static Collector? Find(string? option, params (string Name, string Value)[] variables) => Collector.Find(
        option, "worker", "a", new CliHost
        {
            Out = TextWriter.Null,
            Error = TextWriter.Null,
            WorkingDirectory = ".",
            Variable = name => variables.FirstOrDefault(variable => variable.Name == name).Value,
        });
}
