using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Distributed.Cluster.Security;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>Signs certificates for a test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow.AddHours(-1);

    private readonly X509Certificate2 _own;
    private byte _serial;

    internal TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _own = request.CreateSelfSigned(Start, Start.AddDays(2));
    }

    /// <summary>For a node with a certificate of this authority.</summary>
    internal LinkSecurity Security(string name, ClusterToken? token = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var signed = request.Create(_own, Start, Start.AddDays(1), [1, ++_serial]);
        using var whole = signed.CopyWithPrivateKey(key);
        var certificate = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
        return new LinkSecurity { Token = token, Certificate = certificate, Authorities = [_own] };
    }

    public void Dispose() => _own.Dispose();
}
