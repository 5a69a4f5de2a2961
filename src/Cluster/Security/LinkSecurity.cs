using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Distributed.Engine.Errors;

namespace Distributed.Cluster.Security;

/// <summary>How links, control and data alike, are protected.</summary>
/// <remarks>
/// With a token both sides prove that they know it; without, anyone who reaches a port may take part. With certificates
/// everything is encrypted and both sides show theirs (mutual TLS); they must be signed by the given authority, and
/// names in them are not looked at, because a cluster's nodes move.
/// </remarks>
public sealed record LinkSecurity
{
    /// <summary>No token, no encryption: for tests, and for who has asked for it.</summary>
    public static LinkSecurity None { get; } = new();

    public ClusterToken? Token { get; init; }

    /// <summary>This node's, with its key; null for links in clear.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whoever signed the certificates of the cluster.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    public bool IsEncrypted => Certificate is not null;

    /// <summary>Reads PEM files as --tls-cert, --tls-key and --tls-ca name them; all three or none.</summary>
    /// <remarks>Errors: UserErrorException in one line.</remarks>
    public static LinkSecurity Read(ClusterToken? token, string? certificate, string? key, string? authority)
    {
        if (certificate is null && key is null && authority is null)
        {
            return new LinkSecurity { Token = token };
        }

        if (certificate is null || key is null || authority is null)
        {
            throw new UserErrorException(
                "TLS needs --tls-cert, --tls-key and --tls-ca together, as both sides show a certificate: "
                + $"{(certificate is null ? "--tls-cert" : key is null ? "--tls-key" : "--tls-ca")} is missing");
        }

        var authorities = new X509Certificate2Collection();
        var reading = $"--tls-cert {certificate} with --tls-key {key}";
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
            // Windows' TLS takes no key that is only in memory.
            var own = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            reading = $"--tls-ca {authority}";
            authorities.ImportFromPemFile(authority);
            return new LinkSecurity { Token = token, Certificate = own, Authorities = authorities };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException
            or System.Security.Cryptography.CryptographicException)
        {
            throw new UserErrorException(
                $"{reading} cannot be read: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}; give PEM files");
        }
    }

    /// <summary>For the side that accepts.</summary>
    public SslServerAuthenticationOptions ServerOptions() => new()
    {
        ServerCertificate = Certificate,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        RemoteCertificateValidationCallback = (_, shown, _, _) => IsOfThisCluster(shown),
    };

    /// <summary>For the side that dials.</summary>
    public SslClientAuthenticationOptions ClientOptions(string host) => new()
    {
        TargetHost = host,
        ClientCertificates = Certificate is null ? null : [Certificate],
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        RemoteCertificateValidationCallback = (_, shown, _, _) => IsOfThisCluster(shown),
    };

    /// <summary>True for a certificate that is valid now and that one of the authorities has signed.</summary>
    public bool IsOfThisCluster(X509Certificate? shown)
    {
        if (shown is null)
        {
            return false;
        }

        using var certificate = new X509Certificate2(shown);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
