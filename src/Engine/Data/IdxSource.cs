namespace Distributed.Engine.Data;

internal static class IdxSource
{
    internal static DataSplit Load(string folder, DataOptions options) =>
        throw new NotSupportedException(folder + options);
}
