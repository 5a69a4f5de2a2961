using System.Globalization;
using System.Security.Cryptography;
using Distributed.Engine.Disks;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Checkpoints;

/// <summary>A folder that is named as a checkpoint, good or not.</summary>
internal sealed class CheckpointFolder(IDisk disk, string path, long step)
{
    internal const string Prefix = "step-";

    internal string Path => path;

    internal long Step => step;

    internal string Name => System.IO.Path.GetFileName(path);

    /// <summary>step-000001234: nine digits, more where a step needs them.</summary>
    internal static string NameOf(long step) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D9}");

    /// <summary>The folder, or null where its name is not a checkpoint's.</summary>
    internal static CheckpointFolder? TryParse(IDisk disk, string path, string asideSuffix)
    {
        var name = System.IO.Path.GetFileName(path);
        var plain = name.EndsWith(asideSuffix, StringComparison.Ordinal) ? name[..^asideSuffix.Length] : name;
        return plain.StartsWith(Prefix, StringComparison.Ordinal)
            && long.TryParse(plain.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            && NameOf(step) == plain
            ? new CheckpointFolder(disk, path, step)
            : null;
    }

    /// <summary>Checks the manifest, the model file's size and its hash.</summary>
    /// <remarks>
    /// Errors: <see cref="DamagedCheckpointException"/> with the first fault; UserErrorException for a newer version.
    /// </remarks>
    internal CheckpointManifest Verify()
    {
        try
        {
            var manifestPath = System.IO.Path.Combine(path, CheckpointStore.ManifestFileName);
            var manifest = CheckpointManifest.Parse(manifestPath, disk.ReadAll(manifestPath));
            if (manifest.Step != step)
            {
                throw new DamagedCheckpointException($"manifest.json is of step {manifest.Step}");
            }

            VerifyModel(manifest);
            return manifest;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DamagedCheckpointException(error.Message);
        }
    }

    /// <summary>Whether it verifies. One of a newer version counts as good: this program cannot judge it.</summary>
    internal bool IsGood()
    {
        try
        {
            Verify();
            return true;
        }
        catch (UserErrorException)
        {
            return true;
        }
        catch (DamagedCheckpointException)
        {
            return false;
        }
    }

    private void VerifyModel(CheckpointManifest manifest)
    {
        if (manifest.ModelFile.Length == 0 || System.IO.Path.GetFileName(manifest.ModelFile) != manifest.ModelFile)
        {
            throw new DamagedCheckpointException($"manifest.json names a model file outside: '{manifest.ModelFile}'");
        }

        using var stream = disk.Open(System.IO.Path.Combine(path, manifest.ModelFile));
        if (stream.Length != manifest.ModelBytes)
        {
            throw new DamagedCheckpointException(
                $"{manifest.ModelFile} has {stream.Length} bytes, the manifest says {manifest.ModelBytes}");
        }

        var sha = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (sha != manifest.ModelSha256)
        {
            throw new DamagedCheckpointException(
                $"{manifest.ModelFile} has SHA-256 {sha}, the manifest says {manifest.ModelSha256}");
        }
    }
}
