using Distributed.Cluster.Security;
using Distributed.Engine.Errors;
using Distributed.Hosting;

namespace Distributed.Cli.Clusters;

/// <summary>What a command line says about token and certificates; null where it says nothing.</summary>
internal sealed record SecurityArguments(
    string? TokenFile, string? Certificate, string? Key, string? Authority, bool Insecure)
{
    /// <summary>For a process that joins or calls: the token given, or that of the run on this machine.</summary>
    internal LinkSecurity For(CoordinatorTarget target, CliHost host) =>
        Read(TokenFile is null ? target.FindToken() : Token(host), host);

    /// <summary>For a coordinator: the token given, or one made for this machine in its folder.</summary>
    internal LinkSecurity ForCoordinator(string folder, CliHost host)
    {
        if (TokenFile is not null)
        {
            return Read(Token(host), host);
        }

        var path = CoordinatorFile.TokenPath(folder);
        if (File.Exists(path))
        {
            return Read(ClusterToken.Read(path, "the token file"), host);
        }

        var token = ClusterToken.Create();
        try
        {
            token.Write(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"the token file {path} cannot be written: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}");
        }

        return Read(token, host);
    }

    private ClusterToken Token(CliHost host) => ClusterToken.Read(host.Absolute(TokenFile!));

    private LinkSecurity Read(ClusterToken? token, CliHost host) =>
        LinkSecurity.Read(token, Absolute(Certificate, host), Absolute(Key, host), Absolute(Authority, host));

    private static string? Absolute(string? path, CliHost host) => path is null ? null : host.Absolute(path);
}
