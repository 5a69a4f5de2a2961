using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Distributed.Engine.Errors;

namespace Distributed.Cluster.Security;

/// <summary>What all nodes of a cluster know and nobody else: who can prove it may take part.</summary>
/// <remarks>
/// It is never sent. Each side sends a number that it has never sent before, and answers the other's with a proof that
/// only fits those two numbers; a recorded proof is of no use.
/// Source of the construction: HMAC (RFC 2104) over SHA-256.
/// </remarks>
public sealed class ClusterToken
{
    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 32;

    /// <summary>Bytes of a proof.</summary>
    public const int ProofBytes = 32;

    /// <summary>The fewest characters of a token that a person chose.</summary>
    private const int CharactersMin = 16;

    /// <summary>The most bytes that are read of a token file.</summary>
    private const int FileBytesMax = 4096;

    private readonly byte[] _key;

    private ClusterToken(string text) => (Text, _key) = (text, SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>As it stands in the token file.</summary>
    public string Text { get; }

    /// <summary>A new one, of 256 random bits.</summary>
    public static ClusterToken Create() => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));

    /// <summary>One that is given as text.</summary>
    /// <param name="text">At least 16 characters; white space around it does not count.</param>
    /// <param name="source">For the message: where it comes from.</param>
    /// <remarks>Errors: UserErrorException where it is shorter.</remarks>
    public static ClusterToken Parse(string text, string source)
    {
        var token = text.Trim();
        return token.Length >= CharactersMin
            ? new ClusterToken(token)
            : throw new UserErrorException(
                $"{source} holds a token of {token.Length} characters: needs at least {CharactersMin}, as "
                + "'openssl rand -hex 32' makes them");
    }

    /// <summary>The token in a file.</summary>
    /// <remarks>Errors: UserErrorException where the file cannot be read or holds no token.</remarks>
    public static ClusterToken Read(string path, string option = "--token-file")
    {
        try
        {
            using var file = File.OpenRead(path);
            var text = new byte[FileBytesMax];
            var count = file.ReadAtLeast(text, text.Length, false);
            return Parse(Encoding.UTF8.GetString(text, 0, count), $"{option} {path}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserErrorException(
                $"{option} {path} cannot be read: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}; give the file "
                + "that holds the coordinator's token");
        }
    }

    /// <summary>Writes it to a new file, or over an old one, that only its owner can read.</summary>
    public void Write(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(Encoding.UTF8.GetBytes(Text + "\n"));
    }

    /// <summary>A number that has not been used before.</summary>
    public static byte[] Nonce() => RandomNumberGenerator.GetBytes(NonceBytes);

    /// <summary>Proves knowledge of the token to whoever chose one of the parts.</summary>
    /// <param name="purpose">Who proves what, so that no proof can be used for another: "data link, dialling side".
    /// </param>
    /// <param name="parts">Both sides' nonces, and whatever else must not be changed on the way.</param>
    public byte[] Prove(string purpose, params ReadOnlySpan<byte[]> parts)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        Append(hash, Encoding.UTF8.GetBytes(purpose));
        foreach (var part in parts)
        {
            Append(hash, part);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>True where the proof is that of someone who knows the token. Takes the same time for all that are not.
    /// </summary>
    public bool Accepts(ReadOnlySpan<byte> proof, string purpose, params ReadOnlySpan<byte[]> parts) =>
        CryptographicOperations.FixedTimeEquals(proof, Prove(purpose, parts));

    /// <summary>Each part with its length, so that parts cannot run into each other.</summary>
    private static void Append(IncrementalHash hash, byte[] part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
