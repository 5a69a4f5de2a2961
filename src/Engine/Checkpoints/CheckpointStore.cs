using System.Security.Cryptography;
using Distributed.Engine.Disks;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Checkpoints;

/// <summary>A directory of checkpoints, of which the newest good one survives whatever happens while writing.</summary>
/// <remarks>
/// A checkpoint is a folder step-000001234 with model.safetensors and manifest.json. It is written under a temporary
/// name in the same directory, its files and the folder flushed to the disk, renamed into place, and the directory
/// flushed. Only then older ones are removed: the new one and the newest good one before it stay. What a death left
/// under a temporary name is removed before the next one is written, which needs its room.
/// One process at a time writes to a directory.
/// Errors: IOException where the disk fails; what was there before stays readable.
/// </remarks>
public sealed class CheckpointStore
{
    internal const string ModelFileName = "model.safetensors";
    internal const string ManifestFileName = "manifest.json";

    private const string TemporaryPrefix = "writing-";

    // Note [Replacing a step]
    // A step can be written again: the checkpoint of that step was damaged and an older one resumed from. A folder
    // cannot be renamed onto another, so the old one first steps aside under this suffix. Should the process die
    // between the two renames, the one aside is still found by Latest, in its place in the order.
    private const string AsideSuffix = ".replaced";

    private readonly string _directory;
    private readonly IDisk _disk;
    private readonly Action<CheckpointStage> _reached;

    public CheckpointStore(string directory)
        : this(directory, LocalDisk.Instance)
    {
    }

    public CheckpointStore(string directory, IDisk disk)
        : this(directory, disk, static _ => { })
    {
    }

    /// <param name="reached">Told of each stage that is done; a test throws there, as if the process had died.</param>
    internal CheckpointStore(string directory, IDisk disk, Action<CheckpointStage> reached)
    {
        _directory = Path.GetFullPath(directory);
        _disk = disk;
        _reached = reached;
    }

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="manifest">The store fills in the file's name, size and hash, and the fingerprint.</param>
    /// <returns>What <see cref="Latest"/> would find now.</returns>
    public FoundCheckpoint Write(CheckpointState state, CheckpointManifest manifest)
    {
        _disk.CreateDirectoryDurably(_directory);
        RemoveUnfinished();
        var name = CheckpointFolder.NameOf(manifest.Step);
        var temporary = Path.Combine(_directory, TemporaryPrefix + name);
        var final = Path.Combine(_directory, name);
        _disk.CreateDirectory(temporary);
        _reached(CheckpointStage.FolderCreated);
        var complete = WriteModel(Path.Combine(temporary, ModelFileName), state, manifest);
        _reached(CheckpointStage.ModelWritten);
        _disk.WriteDurably(Path.Combine(temporary, ManifestFileName), file => file.Write(complete.ToJson()));
        _disk.Flush(temporary);
        _reached(CheckpointStage.ManifestWritten);
        StepAside(final, manifest.Step);
        _reached(CheckpointStage.OldOneAside);
        _disk.MoveDirectory(temporary, final);
        _reached(CheckpointStage.InPlace);
        _disk.Flush(_directory);
        _reached(CheckpointStage.Durable);
        RemoveOlder(manifest.Step);
        return new FoundCheckpoint(final, complete, null) { Disk = _disk };
    }

    /// <summary>The newest checkpoint that verifies; null where the directory holds none at all.</summary>
    /// <remarks>
    /// Verified are the manifest, the model file's size and its SHA-256. Where a newer one is damaged, Reason says so.
    /// It survives the machine's death from here on, also where writing it was never acknowledged.
    /// Errors: UserErrorException where there are checkpoints and none is good, or one is of a newer version.
    /// </remarks>
    public FoundCheckpoint? Latest()
    {
        var faults = new List<string>();
        foreach (var folder in Folders())
        {
            try
            {
                var manifest = folder.Verify();
                var reason = faults.Count == 0
                    ? null
                    : $"{string.Join("; ", faults)}; going on from {folder.Name} instead";

                // Its writer may have died between renaming and flushing, and what is gone on from must not vanish.
                _disk.Flush(_directory);
                return new FoundCheckpoint(folder.Path, manifest, reason) { Disk = _disk };
            }
            catch (DamagedCheckpointException fault)
            {
                faults.Add($"{folder.Name} is damaged: {fault.Message}");
            }
        }

        return faults.Count == 0
            ? null
            : throw new UserErrorException(
                $"{_directory}: no checkpoint is usable: {string.Join("; ", faults)}; "
                + "restore one or choose an empty directory");
    }

    /// <summary>One checkpoint's folder, verified as by <see cref="Latest"/>.</summary>
    /// <remarks>Errors: UserErrorException where it is no checkpoint, is damaged or is of a newer version.</remarks>
    public static FoundCheckpoint Open(string folder) => Open(folder, LocalDisk.Instance);

    /// <inheritdoc cref="Open(string)"/>
    public static FoundCheckpoint Open(string folder, IDisk disk)
    {
        var path = Path.GetFullPath(Path.TrimEndingDirectorySeparator(folder));
        var parsed = CheckpointFolder.TryParse(disk, path, AsideSuffix)
            ?? throw new UserErrorException(
                $"{folder} is no checkpoint: give a folder named {CheckpointFolder.Prefix} and the step");
        try
        {
            return new FoundCheckpoint(path, parsed.Verify(), null) { Disk = disk };
        }
        catch (DamagedCheckpointException fault)
        {
            throw new UserErrorException($"{folder} is damaged: {fault.Message}: give another checkpoint");
        }
    }

    /// <summary>Fills the state from a checkpoint.</summary>
    /// <param name="parametersOnly">Leaves the optimizer's state alone, and does not care whether there is any.</param>
    /// <remarks>
    /// Errors: UserErrorException where tensors are missing, too many or of another shape (nothing is written then), or
    /// where the values read do not have the manifest's fingerprint.
    /// </remarks>
    public static void Read(FoundCheckpoint checkpoint, CheckpointState state, bool parametersOnly = false)
    {
        using var file = SafeTensorsReader.Open(
            Path.Combine(checkpoint.Path, checkpoint.Manifest.ModelFile), checkpoint.Disk);
        state.ReadFrom(file, parametersOnly);
        var fingerprint = parametersOnly ? checkpoint.Manifest.Fingerprint : Fingerprint.Compute(state);
        if (fingerprint != checkpoint.Manifest.Fingerprint)
        {
            throw new UserErrorException(
                $"{file.Path}: the values have fingerprint {fingerprint}, "
                + $"the manifest says {checkpoint.Manifest.Fingerprint}: the model's parameters are in another order");
        }
    }

    private CheckpointManifest WriteModel(string path, CheckpointState state, CheckpointManifest manifest)
    {
        using var hash = SHA256.Create();
        long bytes = 0;
        _disk.WriteDurably(path, file =>
        {
            using var hashed = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true);
            SafeTensorsWriter.Write(hashed, state.Tensors);
            hashed.FlushFinalBlock();
            bytes = file.Length;
        });
        return manifest with
        {
            Format = CheckpointManifest.FormatName,
            FormatVersion = CheckpointManifest.FormatVersionNow,
            Fingerprint = Fingerprint.Compute(state),
            ModelFile = ModelFileName,
            ModelSha256 = Convert.ToHexStringLower(hash.Hash!),
            ModelBytes = bytes,
        };
    }

    /// <summary>See Note [Replacing a step]. Of two old ones the good one stays; if both are, the plain one.</summary>
    private void StepAside(string final, long step)
    {
        if (!_disk.DirectoryExists(final))
        {
            return;
        }

        var aside = final + AsideSuffix;
        if (_disk.DirectoryExists(aside))
        {
            if (!new CheckpointFolder(_disk, final, step).IsGood())
            {
                _disk.DeleteDirectory(final);
                return;
            }

            _disk.DeleteDirectory(aside);
        }

        _disk.MoveDirectory(final, aside);
    }

    /// <summary>
    /// Removes what the new checkpoint makes superfluous: the replaced one, and of the older ones all but the newest
    /// good. A good checkpoint of a later step is of another run: not ours to remove.
    /// </summary>
    private void RemoveOlder(long step)
    {
        var superfluous = new List<string>();
        var previousFound = false;
        foreach (var folder in Folders().Where(folder => folder.Name != CheckpointFolder.NameOf(step)))
        {
            var keep = folder.Step > step ? folder.IsGood()
                : folder.Step < step && !previousFound && folder.IsGood();
            previousFound |= keep && folder.Step < step;
            if (!keep)
            {
                superfluous.Add(folder.Path);
            }
        }

        foreach (var path in superfluous)
        {
            _disk.DeleteDirectory(path);
            _reached(CheckpointStage.OneRemoved);
        }
    }

    private void RemoveUnfinished()
    {
        foreach (var path in _disk.Directories(_directory).Where(
            path => Path.GetFileName(path).StartsWith(TemporaryPrefix, StringComparison.Ordinal)))
        {
            _disk.DeleteDirectory(path);
        }
    }

    /// <summary>All that may be checkpoints, newest first; of one step, the one in place, then the one aside.</summary>
    private List<CheckpointFolder> Folders()
    {
        if (!_disk.DirectoryExists(_directory))
        {
            return [];
        }

        return _disk.Directories(_directory)
            .Select(path => CheckpointFolder.TryParse(_disk, path, AsideSuffix))
            .OfType<CheckpointFolder>()
            .OrderByDescending(folder => folder.Step)
            .ThenBy(folder => folder.Name.Length)
            .ToList();
    }
}

/// <summary>A checkpoint that verified.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Reason">Why it is not the newest; null when it is.</param>
public sealed record FoundCheckpoint(string Path, CheckpointManifest Manifest, string? Reason)
{
    internal IDisk Disk { get; init; } = LocalDisk.Instance;
}

/// <summary>How far writing a checkpoint has come.</summary>
internal enum CheckpointStage
{
    FolderCreated,
    ModelWritten,
    ManifestWritten,
    OldOneAside,
    InPlace,
    Durable,
    OneRemoved,
}
