using System.Buffers.Binary;
using System.Text;
using Distributed.Cluster.Security;

namespace Distributed.Cluster.Links.Tcp;

/// <summary>How the two sides of a new connection prove to each other who they are, before any frame.</summary>
/// <remarks>
/// <code>
/// dialler  ─▶ greeting  magic 4, version 2, has token 1, zero 1, own length 2, target length 2, nonce 32,
///                       own address, target address
/// listener ─▶ answer    magic 4, version 2, verdict 1, zero 1, nonce 32
/// dialler  ─▶ proof     32: of the token, over greeting and answer
/// listener ─▶ end       verdict 1, proof 32: of the token, over the same, for the other purpose
/// </code>
/// The first eight bytes are the same in every version, so that two versions can name each other. Both addresses stand
/// under the proofs: nobody can pass a link on to another node, or take part under another node's address, without
/// the token. Without a token proofs are zero and prove nothing.
/// </remarks>
internal static class Handshake
{
    private const uint Magic = 0x4B4E4C44; // "DLNK"
    private const int BeginningBytes = 8;
    private const int GreetingBytes = 12 + ClusterToken.NonceBytes;
    private const int AnswerBytes = BeginningBytes + ClusterToken.NonceBytes;
    private const string Dialling = "data link, dialling side";
    private const string Listening = "data link, listening side";

    /// <summary>What the listener thinks of the dialler.</summary>
    private enum Verdict : byte
    {
        Accepted,
        OtherVersion,
        TokenMissing,
        TokenUnwanted,
        OtherNode,
        WrongToken,
    }

    /// <summary>Proves this side to the listener, and takes its proof.</summary>
    /// <remarks>Errors: LinkLostException with the reason.</remarks>
    internal static void Dial(Wire wire, ClusterToken? token, string own, string target)
    {
        var greeting = Greeting(token is not null, own, target);
        wire.WriteExactly(greeting);
        var answer = new byte[AnswerBytes];
        wire.ReadExactly(answer.AsSpan(0, BeginningBytes));
        CheckMagic(answer);
        var version = BinaryPrimitives.ReadUInt16LittleEndian(answer.AsSpan(4));
        CheckVerdict((Verdict)answer[6], version);
        wire.ReadExactly(answer.AsSpan(BeginningBytes));
        wire.WriteExactly(token?.Prove(Dialling, greeting, answer) ?? new byte[ClusterToken.ProofBytes]);
        var end = new byte[1 + ClusterToken.ProofBytes];
        wire.ReadExactly(end);
        CheckVerdict((Verdict)end[0], version);
        if (token is not null && !token.Accepts(end.AsSpan(1), Listening, greeting, answer))
        {
            throw new LinkLostException("the other side does not know the cluster's token", isRefusal: true);
        }
    }

    /// <summary>Takes the dialler's proof, and proves this side; the result is the dialler's address.</summary>
    /// <remarks>Errors: LinkLostException with the reason.</remarks>
    internal static string Accept(Wire wire, ClusterToken? token, string own)
    {
        var beginning = new byte[BeginningBytes];
        wire.ReadExactly(beginning);
        CheckMagic(beginning);
        var answer = Answer();
        var version = BinaryPrimitives.ReadUInt16LittleEndian(beginning.AsSpan(4));
        if (version != FrameLayout.Version)
        {
            throw Refuse(wire, answer, Verdict.OtherVersion,
                $"it speaks version {version} of the data link, this node {FrameLayout.Version}");
        }

        var (greeting, dialler, target) = ReadGreeting(wire, beginning);
        switch (token is not null, beginning[6] != 0)
        {
            case (true, false):
                throw Refuse(wire, answer, Verdict.TokenMissing, "it has no token, and the cluster has one");
            case (false, true):
                throw Refuse(wire, answer, Verdict.TokenUnwanted, "it has a token, and this node has none");
            case var _ when target != own:
                throw Refuse(wire, answer, Verdict.OtherNode, $"it looks for a node at {target}, not for {own}");
            default:
                break;
        }

        wire.WriteExactly(answer);
        var proof = new byte[ClusterToken.ProofBytes];
        wire.ReadExactly(proof);
        var end = new byte[1 + ClusterToken.ProofBytes];
        if (token is not null && !token.Accepts(proof, Dialling, greeting, answer))
        {
            throw Refuse(wire, end, Verdict.WrongToken, "wrong token", 0);
        }

        token?.Prove(Listening, greeting, answer).CopyTo(end.AsSpan(1));
        wire.WriteExactly(end);
        return dialler;
    }

    private static byte[] Greeting(bool hasToken, string own, string target)
    {
        var (from, to) = (Encoding.UTF8.GetBytes(own), Encoding.UTF8.GetBytes(target));
        if (to.Length > NodeAddress.BytesMax)
        {
            throw new LinkLostException($"its address is longer than {NodeAddress.BytesMax} bytes", isRefusal: true);
        }

        var greeting = new byte[GreetingBytes + from.Length + to.Length];
        Begin(greeting, hasToken ? (byte)1 : (byte)0);
        BinaryPrimitives.WriteUInt16LittleEndian(greeting.AsSpan(8), (ushort)from.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(greeting.AsSpan(10), (ushort)to.Length);
        ClusterToken.Nonce().CopyTo(greeting.AsSpan(12));
        from.CopyTo(greeting.AsSpan(GreetingBytes));
        to.CopyTo(greeting.AsSpan(GreetingBytes + from.Length));
        return greeting;
    }

    private static (byte[] Greeting, string Dialler, string Target) ReadGreeting(Wire wire, byte[] beginning)
    {
        var head = new byte[GreetingBytes];
        beginning.CopyTo(head, 0);
        wire.ReadExactly(head.AsSpan(BeginningBytes));
        int from = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(8));
        int to = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(10));
        if (from is 0 or > NodeAddress.BytesMax || to is 0 or > NodeAddress.BytesMax || beginning[6] > 1
            || beginning[7] != 0)
        {
            throw new LinkLostException("a greeting that makes no sense");
        }

        var greeting = new byte[GreetingBytes + from + to];
        head.CopyTo(greeting, 0);
        wire.ReadExactly(greeting.AsSpan(GreetingBytes));
        var dialler = Encoding.UTF8.GetString(greeting, GreetingBytes, from);
        return NodeAddress.TryParse(dialler, out _, out _) && !dialler.Any(char.IsControl)
            ? (greeting, dialler, Encoding.UTF8.GetString(greeting, GreetingBytes + from, to))
            : throw new LinkLostException("a greeting from an address that is none");
    }

    private static byte[] Answer()
    {
        var answer = new byte[AnswerBytes];
        Begin(answer, (byte)Verdict.Accepted);
        ClusterToken.Nonce().CopyTo(answer.AsSpan(BeginningBytes));
        return answer;
    }

    private static void Begin(byte[] message, byte flag)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(message, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), FrameLayout.Version);
        message[6] = flag;
    }

    private static void CheckMagic(byte[] message)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(message) != Magic)
        {
            throw new LinkLostException("no node of a cluster: not a data link's greeting", isRefusal: true);
        }
    }

    private static LinkLostException Refuse(Wire wire, byte[] message, Verdict verdict, string reason, int place = 6)
    {
        message[place] = (byte)verdict;
        wire.WriteExactly(message);
        wire.EndPolitely();
        return new LinkLostException(reason, isRefusal: true);
    }

    private static void CheckVerdict(Verdict verdict, int version)
    {
        var reason = verdict switch
        {
            Verdict.Accepted => null,
            Verdict.OtherVersion =>
                $"other version: it speaks version {version} of the data link, this node {FrameLayout.Version}",
            Verdict.TokenMissing => "refused: this node has no token, and the cluster has one",
            Verdict.TokenUnwanted => "refused: this node has a token, and the other side has none",
            Verdict.OtherNode => "refused: another node listens there",
            Verdict.WrongToken => "refused: wrong token",
            _ => $"an answer {(int)verdict} that makes no sense",
        };
        if (reason is not null)
        {
            throw new LinkLostException(reason, isRefusal: true);
        }
    }
}
