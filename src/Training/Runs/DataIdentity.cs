using System.Security.Cryptography;
using System.Text;
using Distributed.Engine.Data;

namespace Distributed.Training.Runs;

/// <summary>What a checkpoint remembers of the data: equal values mean equal samples in both parts.</summary>
public static class DataIdentity
{
    /// <summary>SHA-256, in lower-case hexadecimal, of the parts' content hashes.</summary>
    public static string Of(DataSplit data) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.ASCII.GetBytes($"{data.Train.ContentHash}\n{data.Test?.ContentHash}\n")));
}
