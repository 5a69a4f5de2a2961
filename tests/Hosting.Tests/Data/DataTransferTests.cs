using System.Net;
using Distributed.Cluster.Links.Tcp;
using Distributed.Cluster.Security;
using Distributed.Engine.Data;
using Distributed.Hosting.Data;
using Distributed.Training.Runs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Hosting.Tests.Data;

/// <summary>Goal: data reach a worker that lacks them, whole or not at all. Method: real links on loopback.</summary>
public sealed class DataTransferTests : IDisposable
{
    private static readonly DataSplit Data = DataCatalog.Load(new DataOptions { TrainCount = 700, TestCount = 30 });
    private static readonly string Identity = DataIdentity.Of(Data);

    private readonly string _folder = Directory.CreateTempSubdirectory("data").FullName;
    private readonly TcpDataLink _near = NewLink();
    private readonly TcpDataLink _far = NewLink();

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Fetch_BringsTheSameData_OverManyFrames()
    {
        new DataProvider(_far).Offer(Identity, Data);
        var pack = await DataFetch.Run(_near, _far.Address, Identity, TimeProvider.System, CancellationToken.None);
        Assert.Equal(Identity, DataIdentity.Of(DataPack.Unpack(pack)));
    }

    [Fact]
    public async Task Fetch_FailsInOneLine_WhereTheProviderHasOtherData()
    {
        new DataProvider(_far).Offer(new string('0', 64), Data);
        var error = await Assert.ThrowsAsync<IOException>(
            () => DataFetch.Run(_near, _far.Address, Identity, TimeProvider.System, CancellationToken.None));
        Assert.Equal($"{_far.Address}: it has no such data, or more than can be sent", error.Message);
    }

    [Fact]
    public async Task Fetch_FailsNamingTheNode_WhereNobodyListens()
    {
        var gone = NewLink();
        gone.Dispose();
        var error = await Assert.ThrowsAsync<IOException>(
            () => DataFetch.Run(_near, gone.Address, Identity, TimeProvider.System, CancellationToken.None));
        Assert.StartsWith(gone.Address, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cache_KeepsWhatCame_AndRemovesWhatIsDamaged()
    {
        var cache = new DataCache(Path.Combine(_folder, "made"));
        Assert.Null(cache.Find(Identity, DataIdentity.Of));
        Assert.True(cache.TryKeep(Identity, DataPack.Pack(Data)));
        Assert.Equal(Identity, DataIdentity.Of(cache.Find(Identity, DataIdentity.Of)!));

        var file = Assert.Single(Directory.GetFiles(Path.Combine(_folder, "made")));
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Null(cache.Find(Identity, DataIdentity.Of));
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void Cache_DoesWithout_WhereItsFolderCannotBeMade()
    {
        var path = Path.Combine(_folder, "file");
        File.WriteAllText(path, "");
        var cache = new DataCache(Path.Combine(path, "below"));
        Assert.False(cache.TryKeep(Identity, DataPack.Pack(Data)));
        Assert.Null(cache.Find(Identity, DataIdentity.Of));
    }

    private static TcpDataLink NewLink() => new(
        new IPEndPoint(IPAddress.Loopback, 0), null, LinkSecurity.None, new TcpDataLinkOptions(), NullLogger.Instance,
        TimeProvider.System);
}
