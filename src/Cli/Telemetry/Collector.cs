using Distributed.Engine.Errors;

namespace Distributed.Cli.Telemetry;

/// <summary>Where a process sends its metrics, traces and logs over OTLP, and as whom.</summary>
/// <param name="Url">The collector's, without the path of a signal.</param>
/// <param name="IsGrpc">OTLP over gRPC; else protobuf over HTTP.</param>
/// <param name="Role">coordinator or worker.</param>
/// <param name="Instance">The process's name.</param>
internal sealed record Collector(Uri Url, bool IsGrpc, string Role, string Instance)
{
    internal const string UrlVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    internal const string ProtocolVariable = "OTEL_EXPORTER_OTLP_PROTOCOL";

    private const string Grpc = "grpc";
    private const string Http = "http/protobuf";

    /// <summary>The port that collectors take OTLP over gRPC at.</summary>
    private const int GrpcPort = 4317;

    /// <summary>The collector of an option, or else of the environment; null where there is none.</summary>
    /// <remarks>Errors: UserErrorException for what is no URL, or no protocol that is spoken here.</remarks>
    internal static Collector? Find(string? option, string role, string instance, CliHost host)
    {
        var variable = host.Variable(UrlVariable);
        if (option is null && string.IsNullOrEmpty(variable))
        {
            return null;
        }

        var (source, text) = option is not null ? ("--otlp", option) : (UrlVariable, variable!);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new UserErrorException(
                $"{source} '{text}' is no URL of a collector: give its address, as http://127.0.0.1:4318");
        }

        var isGrpc = host.Variable(ProtocolVariable) switch
        {
            null or "" => url.Port == GrpcPort,
            Grpc => true,
            Http => false,
            var other => throw new UserErrorException(
                $"{ProtocolVariable} '{other}' is not spoken here: choose {Grpc} or {Http}"),
        };
        return new Collector(url, isGrpc, role, instance);
    }

    /// <summary>Where one signal goes.</summary>
    /// <param name="signal">metrics, traces or logs.</param>
    internal Uri UrlOf(string signal) => IsGrpc ? Url : new Uri($"{Url.AbsoluteUri.TrimEnd('/')}/v1/{signal}");
}
