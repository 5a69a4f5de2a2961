using Distributed.Cluster.Security;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>Authentications that wait for their call: the server's half of the proof of the token.</summary>
/// <remarks>
/// A session serves one call, within its lifetime. Only so many wait; a further one takes the place of the oldest.
/// </remarks>
internal sealed class Sessions(ClusterToken token, int countMax, TimeSpan lifetime, TimeProvider clock)
{
    internal const string ServerPurpose = "control link, server";
    internal const string ClientPurpose = "control link, client ";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Session> _waiting = [];
    private readonly Queue<string> _oldestFirst = new();

    /// <summary>Begins one: a new number, and the proof that this side knows the token.</summary>
    internal (byte[] Nonce, byte[] Proof) Begin(byte[] clientNonce)
    {
        var nonce = ClusterToken.Nonce();
        lock (_gate)
        {
            while (_oldestFirst.Count >= countMax)
            {
                _waiting.Remove(_oldestFirst.Dequeue());
            }

            var name = Convert.ToHexStringLower(nonce);
            _waiting.Add(name, new Session(clientNonce, clock.GetTimestamp()));
            _oldestFirst.Enqueue(name);
        }

        return (nonce, token.Prove(ServerPurpose, clientNonce, nonce));
    }

    /// <summary>Ends one by a call: null where the call's proof is right, else what is wrong.</summary>
    internal string? Redeem(string method, string session, string proof)
    {
        if (session.Length == 0 || proof.Length == 0)
        {
            return "the call carries no proof of the cluster's token: give the coordinator's token, with --token-file";
        }

        Session? found;
        lock (_gate)
        {
            _waiting.Remove(session, out found);
        }

        if (found is null || clock.GetElapsedTime(found.BeganAt) > lifetime)
        {
            return "the proof was used before, or is older than "
                + $"{lifetime.TotalSeconds:0} s: authenticate anew for each call";
        }

        var parts = new byte[2][];
        (parts[0], parts[1]) = (found.ClientNonce, Convert.FromHexString(session));
        return TryHex(proof) is { } given && token.Accepts(given, ClientPurpose + method, parts)
            ? null
            : "the proof does not fit the cluster's token: give the coordinator's own token, with --token-file";
    }

    private static byte[]? TryHex(string text)
    {
        var bytes = new byte[ClusterToken.ProofBytes];
        return text.Length == 2 * bytes.Length
            && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : null;
    }

    private sealed record Session(byte[] ClientNonce, long BeganAt);
}
