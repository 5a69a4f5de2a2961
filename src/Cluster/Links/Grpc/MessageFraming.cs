using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>Messages in a stream of bytes: a flag, a length, the message.</summary>
/// <remarks>
/// Source: "gRPC over HTTP2", Length-Prefixed-Message. The flag is 0, or 1 for a compressed message, which is refused;
/// the length is 4 bytes, most significant first.
/// </remarks>
internal static class MessageFraming
{
    internal const int PrefixBytes = 5;

    /// <summary>A message with its prefix.</summary>
    internal static byte[] Frame(IMessage message)
    {
        var size = message.CalculateSize();
        var frame = new byte[PrefixBytes + size];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), size);
        message.WriteTo(frame.AsSpan(PrefixBytes));
        return frame;
    }

    /// <summary>The next message; null at the end of the stream.</summary>
    /// <remarks>
    /// Errors: ControlException where it is larger than allowed (before more than its prefix is read), compressed, cut
    /// off, or no message of this kind.
    /// </remarks>
    internal static async ValueTask<T?> ReadAsync<T>(
        PipeReader reader, MessageParser<T> parser, int bytesMax, CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        var read = await reader.ReadAtLeastAsync(PrefixBytes, cancellation);
        if (read.Buffer.IsEmpty && read.IsCompleted)
        {
            return null;
        }

        var size = Measure(read.Buffer, bytesMax);
        reader.AdvanceTo(read.Buffer.Start);
        read = await reader.ReadAtLeastAsync(PrefixBytes + size, cancellation);
        if (read.Buffer.Length < PrefixBytes + size)
        {
            throw CutOff(read.Buffer.Length);
        }

        var body = read.Buffer.Slice(PrefixBytes, size);
        var message = Parse(parser, body);
        reader.AdvanceTo(body.End);
        return message;
    }

    private static int Measure(ReadOnlySequence<byte> buffer, int bytesMax)
    {
        if (buffer.Length < PrefixBytes)
        {
            throw CutOff(buffer.Length);
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        if (prefix[0] != 0)
        {
            throw new ControlException(
                ControlStatus.Unimplemented, "a compressed message: send messages without grpc-encoding");
        }

        var size = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        return size <= (uint)bytesMax
            ? (int)size
            : throw new ControlException(
                ControlStatus.ResourceExhausted, $"a message of {size} bytes: {bytesMax} are the limit");
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySequence<byte> body)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new ControlException(
                ControlStatus.InvalidArgument,
                $"{body.Length} bytes that are no {typeof(T).Name}: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static ControlException CutOff(long bytes) =>
        new(ControlStatus.InvalidArgument, $"the stream ended within a message, after {bytes} of its bytes");
}
