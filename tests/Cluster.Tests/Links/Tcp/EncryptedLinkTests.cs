using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Distributed.Cluster.Links;
using Distributed.Cluster.Security;
using Distributed.Engine.Memory;

namespace Distributed.Cluster.Tests.Links.Tcp;

/// <summary>Links under TLS carry the same frames, and only among nodes of one authority.</summary>
public sealed class EncryptedLinkTests
{
    private static readonly FrameHeader Hello = new(FrameKind.Hello, 1, 0, 0, 0, 0, 0, 0);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Frames_ArriveEqual_WhenBothSidesAreOfOneAuthority(bool isLocal)
    {
        using var authority = NewAuthority("ours");
        using var one = new TestNode(NewSecurity(authority, authority), isLocal: isLocal);
        using var two = new TestNode(NewSecurity(authority, authority), isLocal: isLocal);
        var buffer = new AlignedBuffer(1_000_003);
        for (var i = 0; i < buffer.Length; i++)
        {
            buffer.Span[i] = i;
        }

        foreach (var count in new[] { 0, 1, 5000, 65_536, 1_000_003, 2 })
        {
            one.Link.Send(two.Address, Hello with { Count = count }, buffer);
            two.Link.Send(one.Address, Hello with { Count = count }, buffer);
            Assert.True(two.TakeFrame().Floats.AsSpan().SequenceEqual(buffer.Span[..count]));
            Assert.True(one.TakeFrame().Floats.AsSpan().SequenceEqual(buffer.Span[..count]));
        }

        two.Dispose();
        Assert.Equal(two.Address, one.TakeLoss().Address);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Link_IsRefused_WhenOneCertificateIsOfAnotherAuthority(bool isDiallersWrong)
    {
        using var ours = NewAuthority("ours");
        using var theirs = NewAuthority("theirs");
        using var from = new TestNode(NewSecurity(isDiallersWrong ? theirs : ours, ours));
        using var to = new TestNode(NewSecurity(isDiallersWrong ? ours : theirs, ours));
        from.Link.Send(to.Address, Hello);
        Assert.Equal(to.Address, from.TakeLoss().Address);
        TestNode.Take(to.Log.Lines);
        Assert.Empty(to.Frames);
        Assert.Empty(to.Losses);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Link_IsRefused_WhenOnlyOneSideEncrypts(bool isDiallerEncrypted)
    {
        using var authority = NewAuthority("ours");
        var (clear, encrypted) = (new LinkSecurity { Token = TestNode.Token }, NewSecurity(authority, authority));
        var options = new Cluster.Links.Tcp.TcpDataLinkOptions { HandshakeMax = TimeSpan.FromSeconds(2) };
        using var from = new TestNode(isDiallerEncrypted ? encrypted : clear, options);
        using var to = new TestNode(isDiallerEncrypted ? clear : encrypted, options);
        from.Link.Send(to.Address, Hello);
        Assert.Equal(to.Address, from.TakeLoss().Address);
        TestNode.Take(to.Log.Lines);
        Assert.Empty(to.Frames);
    }

    private static LinkSecurity NewSecurity(X509Certificate2 signer, X509Certificate2 trusted) => new()
    {
        Token = TestNode.Token,
        Certificate = NewNode(signer),
        Authorities = [X509CertificateLoader.LoadCertificate(trusted.RawData)],
    };

    private static X509Certificate2 NewAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(9));
    }

    private static X509Certificate2 NewNode(X509Certificate2 signer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var signed = request.Create(signer, now.AddHours(-1), now.AddDays(1), [1, 2, 3, 4]);
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
