using Distributed.Benchmarks.Comparisons;
using Distributed.Benchmarks.Peers;
using Distributed.Engine.Errors;
using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks.Tests;

/// <summary>What there is to say of PyTorch where it is not installed.</summary>
public sealed class TorchPeerTests
{
    [Fact]
    public void Rate_IsReadOffTheScriptsLine() => Assert.Equal(51400, TorchPeer.RateIn(
        "a warning\ntorch 1.13.0a0 mlp threads=1 global batch 256: 51400 samples/s  4.981 ms/step\n"));

    [Fact]
    public void Rate_SaysWhatIsNeeded_WhenTheScriptPrintsNone() => Assert.Equal(
        "the script printed 'hello': needs a line that ends in ': N samples/s …'",
        Assert.Throws<UserErrorException>(() => TorchPeer.RateIn("hello\n")).Message);

    [Fact]
    public void Find_SaysWhatToDo_WhenThePythonHasNoTorch() => Assert.StartsWith(
        "no-such-python cannot import torch: install python3-torch",
        Assert.Throws<UserErrorException>(() => TorchPeer.Find("no-such-python")).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("torch_models.py")]
    [InlineData("torch_products.py")]
    public void OwnScript_LiesBesideTheProgram(string name) => Assert.True(File.Exists(TorchPeer.OwnScript(name)));

    [Fact]
    public void Cases_HaveNamesOfTheirOwnAndModelsThatBuild_AndNoneMayBeMuchSlower()
    {
        Assert.Distinct(TorchCase.All.Select(one => one.Name));
        Assert.All(TorchCase.All, one => Assert.True(one.OneGoal >= 0.9));
        Assert.All(TorchCase.All, one => one.Workload.Check());
    }

    [Fact]
    public void RandomNetworks_Build_AndAreThoseOfTheirSeed()
    {
        var networks = RandomNetwork.AllOf(7).Take(60).ToList();
        Assert.All(networks, network => network.Check());
        Assert.Equal(Names(networks), Names(RandomNetwork.AllOf(7).Take(60)));
        Assert.NotEqual(Names(networks), Names(RandomNetwork.AllOf(8).Take(60)));
    }

    private static IEnumerable<string> Names(IEnumerable<Workload> networks) => networks.Select(one => one.Name);
}
