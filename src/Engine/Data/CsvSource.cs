namespace Distributed.Engine.Data;

internal static class CsvSource
{
    internal static DataSplit Load(string file, DataOptions options) =>
        throw new NotSupportedException(file + options);
}
