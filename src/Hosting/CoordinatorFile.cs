using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Cluster.Security;

namespace Distributed.Hosting;

/// <summary>Where a coordinator is, as a file in its run directory: nobody on one machine has to know a port.</summary>
/// <param name="Address">Of the control link, HOST:PORT.</param>
/// <param name="Process">The coordinator's process.</param>
/// <param name="HasToken">True where the folder's token file must be proved.</param>
public sealed record CoordinatorFile(string Address, int Process, bool HasToken)
{
    private const string FileName = "coordinator.json";
    private const string TokenName = "token";

    /// <summary>The token file that a coordinator made for its own machine.</summary>
    public static string TokenPath(string folder) => Path.Combine(folder, TokenName);

    /// <summary>Replaces what is there in one step, so that no reader sees a half.</summary>
    public void Write(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var unfinished = path + ".tmp";
        var text = JsonSerializer.Serialize(this, CoordinatorFileJson.Default.CoordinatorFile);
        File.WriteAllText(unfinished, text + "\n");
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>Removes the file: the coordinator has ended.</summary>
    public static void Remove(string folder) => File.Delete(Path.Combine(folder, FileName));

    /// <summary>The coordinator of a folder; null where none has said that it is there.</summary>
    public static CoordinatorFile? Find(string folder)
    {
        try
        {
            var text = File.ReadAllBytes(Path.Combine(folder, FileName));
            return JsonSerializer.Deserialize(text, CoordinatorFileJson.Default.CoordinatorFile);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The token that goes with it; null where none is needed.</summary>
    /// <remarks>Errors: UserErrorException where the file cannot be read.</remarks>
    public ClusterToken? Token(string folder) =>
        HasToken ? ClusterToken.Read(TokenPath(folder), "the token file") : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CoordinatorFile))]
internal sealed partial class CoordinatorFileJson : JsonSerializerContext;
