namespace Distributed.Engine.Disks;

/// <summary>Files and directories, as far as state that must survive a crash needs them.</summary>
/// <remarks>
/// When the machine dies, this survives. Of a file's contents: all that was written before its last
/// <see cref="DiskStream.FlushToDisk"/>; what was written since may be missing, cut off anywhere or end in garbage. Of
/// a directory's names: all that was done before its last <see cref="Flush"/>; each creation, renaming or removal since
/// may have happened or not, each by itself, though one renaming happens as a whole. A file's flush does not keep its
/// name, nor a directory's flush what lies in its files or in the directories below.
/// When only the process dies, all that was done stays, as flushed or not as it was.
/// Paths are absolute, with the platform's separators.
/// Errors: FileNotFoundException or DirectoryNotFoundException for what is missing; another IOException, or
/// UnauthorizedAccessException, where the disk refuses.
/// </remarks>
public interface IDisk
{
    /// <summary>Makes a file and opens it for writing. Errors: IOException where the name is taken.</summary>
    public DiskStream Create(string path);

    /// <summary>Opens a file that is there for writing at its end.</summary>
    public DiskStream Append(string path);

    /// <summary>Opens a file for reading; the stream has a length and a position.</summary>
    public Stream Open(string path);

    public bool FileExists(string path);

    public bool DirectoryExists(string path);

    /// <summary>The paths of the files that lie in a directory, in ordinal order.</summary>
    public IReadOnlyList<string> Files(string directory);

    /// <summary>The paths of the directories that lie in a directory, in ordinal order.</summary>
    public IReadOnlyList<string> Directories(string directory);

    /// <summary>Makes a directory and those missing above it; does nothing where it is there.</summary>
    public void CreateDirectory(string path);

    /// <summary>Renames a file within its directory, onto another file if there is one of that name.</summary>
    public void MoveFile(string from, string to);

    /// <summary>Renames a directory within the one it lies in. Errors: IOException where the name is taken.</summary>
    public void MoveDirectory(string from, string to);

    /// <summary>Removes a file; does nothing where only the file is missing.</summary>
    public void DeleteFile(string path);

    /// <summary>Removes a directory after all that lies in it, name by name.</summary>
    public void DeleteDirectory(string path);

    /// <summary>Makes the names in a directory survive the machine's death.</summary>
    public void Flush(string directory);
}
