using Distributed.Cluster.Security;
using Distributed.Engine.Errors;

namespace Distributed.Hosting;

/// <summary>Which coordinator is meant: an address, or the folder of a run on this machine.</summary>
public sealed class CoordinatorTarget
{
    private readonly string? _folder;
    private readonly string? _address;

    private CoordinatorTarget(string? folder, string? address) => (_folder, _address) = (folder, address);

    /// <summary>As given to --join or --coordinator.</summary>
    /// <param name="option">The option's name, for messages.</param>
    /// <param name="text">HOST:PORT, or a folder.</param>
    /// <param name="absolute">Makes a path absolute.</param>
    /// <remarks>Errors: UserErrorException where it is neither.</remarks>
    public static CoordinatorTarget Parse(string option, string text, Func<string, string> absolute)
    {
        if (Directory.Exists(absolute(text)))
        {
            return new CoordinatorTarget(absolute(text), null);
        }

        var colon = text.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(text[(colon + 1)..], out var port) && port > 0
            ? new CoordinatorTarget(null, text)
            : throw new UserErrorException(
                $"{option} {text} is neither HOST:PORT nor a directory of a run: give the address that the coordinator "
                + "printed, as 127.0.0.1:7000, or its run directory");
    }

    /// <summary>The address, read anew each time: a coordinator that was started again may have another.</summary>
    /// <returns>Null where the folder's coordinator is not there (yet).</returns>
    public string? Address => _address ?? CoordinatorFile.Find(_folder!)?.Address;

    /// <summary>The token of a run on this machine; null where none is known this way.</summary>
    public ClusterToken? FindToken() =>
        _folder is null ? null : CoordinatorFile.Find(_folder)?.Token(_folder);

    public override string ToString() => _address ?? _folder!;
}
