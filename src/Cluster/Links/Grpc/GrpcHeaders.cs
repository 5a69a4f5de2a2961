using System.Globalization;
using System.Text;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>Names and texts of the headers and trailers that gRPC adds to HTTP/2.</summary>
/// <remarks>Source: "gRPC over HTTP2", the sections on requests and responses.</remarks>
internal static class GrpcHeaders
{
    internal const string ContentType = "application/grpc";
    internal const string Status = "grpc-status";
    internal const string Message = "grpc-message";
    internal const string Timeout = "grpc-timeout";
    internal const string Encoding = "grpc-encoding";
    internal const string Session = "distributed-session";
    internal const string Proof = "distributed-proof";

    /// <summary>The most characters of a status message that are sent.</summary>
    private const int MessageCharactersMax = 2000;

    /// <summary>Units of a timeout, the finest first, with their ticks. A tick is 100 ns.</summary>
    private static readonly (char Unit, double Ticks)[] Units =
    [
        ('n', 0.01), ('u', TimeSpan.TicksPerMicrosecond), ('m', TimeSpan.TicksPerMillisecond),
        ('S', TimeSpan.TicksPerSecond), ('M', TimeSpan.TicksPerMinute), ('H', TimeSpan.TicksPerHour),
    ];

    internal static bool IsGrpc(string? contentType) =>
        contentType is not null && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';')
        && !contentType.StartsWith("application/grpc+json", StringComparison.OrdinalIgnoreCase);

    /// <summary>A timeout as a header: at most 8 digits and a unit.</summary>
    internal static string Format(TimeSpan timeout)
    {
        var milliseconds = Math.Max(1, (long)Math.Ceiling(timeout.TotalMilliseconds));
        return milliseconds < 100_000_000
            ? $"{milliseconds}m"
            : $"{Math.Min(99_999_999, (long)Math.Ceiling(timeout.TotalSeconds))}S";
    }

    /// <summary>A timeout from a header; false where it is none. What no timer can hold counts as no timeout.</summary>
    internal static bool TryParse(string text, out TimeSpan? timeout)
    {
        timeout = null;
        if (text.Length is < 2 or > 9
            || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || Array.Find(Units, unit => unit.Unit == text[^1]) is not { Ticks: > 0 } unit)
        {
            return false;
        }

        var ticks = number * unit.Ticks;
        timeout = ticks < TimeSpan.FromDays(24).Ticks ? TimeSpan.FromTicks((long)Math.Ceiling(ticks)) : null;
        return true;
    }

    /// <summary>A message as a header: UTF-8, with all but printable ASCII percent-encoded.</summary>
    internal static string Escape(string message)
    {
        var text = new StringBuilder();
        var cut = message.Length > MessageCharactersMax ? message[..MessageCharactersMax] : message;
        foreach (var unit in System.Text.Encoding.UTF8.GetBytes(cut))
        {
            if (unit is >= 0x20 and <= 0x7e and not (byte)'%')
            {
                text.Append((char)unit);
            }
            else
            {
                text.Append('%').Append(unit.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    /// <summary>The message of a header. What is no percent-encoding is taken as it is.</summary>
    internal static string Unescape(string header)
    {
        var bytes = new List<byte>(header.Length);
        for (var i = 0; i < header.Length; i++)
        {
            if (header[i] == '%' && i + 2 < header.Length
                && byte.TryParse(
                    header.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                    out var unit))
            {
                bytes.Add(unit);
                i += 2;
            }
            else
            {
                bytes.AddRange(System.Text.Encoding.UTF8.GetBytes([header[i]]));
            }
        }

        return System.Text.Encoding.UTF8.GetString([.. bytes]);
    }
}
