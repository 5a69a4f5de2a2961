using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;
using Distributed.Cluster.Security;
using Distributed.EndToEnd.Tests.Clusters;
using Distributed.EndToEnd.Tests.Processes;
using Distributed.Engine.Errors;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Faults;

/// <summary>
/// The fault table, part three: what is refused beside a running job, in one line and with an exit code, and without
/// the job's noticing.
/// </summary>
public sealed class RefusalTests : IClassFixture<RefusalTests.RunningJob>
{
    private readonly RunningJob _job;
    private readonly ITestOutputHelper _output;

    public RefusalTests(RunningJob job, ITestOutputHelper output) => (_job, _output) = (job, output);

    /// <summary>Command line ({address}: of the coordinator), exit code, what the line must say.</summary>
    public static TheoryData<string, int, string> Refusals => new()
    {
        { "worker --join {address} --token-file other", 2, "does not know this token: give the coordinator's own" },
        { "worker --join {address} --token-file short", 2, "short" },
        { "worker --join {address} --token-file nowhere", 2, "nowhere" },
        { "worker --join {address}", 2, "carries no proof of the cluster's token" },
        { "worker --join nowhere", 2, "neither HOST:PORT nor a directory" },
        { "worker --join run --listen {address}", 2, "is in use by another program: choose another port" },
        { "worker --join run --listen 0.0.0.0:0", 2, "--token-file" },
        { "worker --join run --listen 0.0.0.0:0 --token-file run/token", 2, "--insecure if you trust that network" },
        { "status --coordinator {address} --token-file other", 2, "does not know this token" },
        { "status --coordinator 127.0.0.1:1", 1, "127.0.0.1:1 cannot be reached: Connection refused" },
        { "submit job.yaml --coordinator 127.0.0.1:1", 1, "127.0.0.1:1 cannot be reached: Connection refused" },
        { "watch --coordinator 127.0.0.1:1", 1, "127.0.0.1:1 cannot be reached: Connection refused" },
        { "submit job.yaml --coordinator run", 2, "was started for one job and takes no other" },
        { "submit nothing.yaml --coordinator run", 2, "nothing.yaml cannot be read" },
        { "status", 2, "no coordinator runs in runs/: give its address or its run directory with --coordinator" },
        { "coordinator --job job.yaml --run-dir run", 2, "if another process trains there" },
        { "cluster --resume --run-dir run", 2, "if another process trains there" },
        { "coordinator --job job.yaml --listen {address}", 2, "cannot listen at {address}: Address already in use" },
        { "coordinator --job mistake.yaml", 2, "mistake.yaml:3" },
        { "coordinator --job missing.yaml", 2, "missing.csv" },
        { "coordinator --job job.yaml --listen 0.0.0.0:0", 2, "without a token anyone there could join" },
        { "cluster --job missing.yaml", 2, "missing.csv" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Mistake_IsOneLineAndAnExitCode_BesideARunningJob(string command, int exit, string says)
    {
        string Filled(string text) => text.Replace("{address}", _job.Address, StringComparison.Ordinal);

        var run = _job.Distributed.Run(Filled(command));

        _output.WriteLine($"{command}\n  {run.Error}");
        Assert.Equal(exit, run.Exit);
        Assert.Contains(Filled(says), run.Error, StringComparison.Ordinal);
        Assert.Matches("^distributed: [^\n]*\n$", run.Error);
        _job.IsUnharmed();
    }

    [Fact]
    public async Task Coordinator_RefusesAWorkerOfAnotherProtocolVersion_AndNamesBoth()
    {
        var security = new LinkSecurity { Token = ClusterToken.Read(_job.Distributed.PathOf("run/token")) };
        using var client = new ControlClient(
            _job.Address, security, new ControlClientOptions(), TimeProvider.System);
        var request = new AwaitJobRequest
        {
            ProtocolVersion = ClusterVersion.Protocol + 1,
            KernelsBuild = ClusterVersion.KernelsBuild,
            Name = "newer",
            Node = "newer/1/1",
        };

        var refused = await Assert.ThrowsAsync<ControlException>(async () =>
        {
            var jobs = client.StreamAsync(MethodNames.AwaitJob, request, JobAssignment.Parser, CancellationToken.None);
            await foreach (var _ in jobs)
            {
                break;
            }
        });

        Assert.Contains(
            $"speaks protocol version {ClusterVersion.Protocol + 1}, this coordinator speaks version "
            + $"{ClusterVersion.Protocol}", refused.Message, StringComparison.Ordinal);
        _job.IsUnharmed();
    }

    /// <summary>The program once more, but for the engine's identity, which a build makes of its sources.</summary>
    [Fact]
    public void Coordinator_RefusesAWorkerOfAnotherBuildOfTheKernels_AndNamesBoth()
    {
        var copy = _job.Distributed.CopyProgram("other-build");
        var engine = typeof(UserErrorException).Assembly;
        var path = Path.Combine(copy, Path.GetFileName(engine.Location));
        var (bytes, identity) = (File.ReadAllBytes(path), engine.ManifestModule.ModuleVersionId.ToByteArray());
        var place = bytes.AsSpan().IndexOf(identity);
        Assert.True(place > 0, "the engine's file does not hold its identity");
        bytes[place + 3] ^= 0xff; // the first two digits of its text
        File.WriteAllBytes(path, bytes);

        var run = _job.Distributed.Start("worker --join run --name other", program: copy).WaitForExit();

        _output.WriteLine(run.Error);
        Assert.Equal(2, run.Exit);
        Assert.Matches(
            "^distributed: [^\n]*worker 'other' has kernels build [0-9a-f]{16}, this coordinator has build "
            + "[0-9a-f]{16}[^\n]*\n$",
            run.Error);
        _job.IsUnharmed();
    }

    /// <summary>A job of two workers that does not end.</summary>
    public sealed class RunningJob : IDisposable
    {
        private readonly int _generations;

        public RunningJob()
        {
            new SmallJob(1_000_000).Write(Distributed);
            Cluster = new StandaloneCluster(Distributed, "job.yaml", "run");
            Cluster.StartCoordinator();
            Cluster.StartWorkers(2);
            (Address, _generations) = (Cluster.Address, Generations);
            File.WriteAllText(Distributed.PathOf("other"), new string('a', 64) + "\n");
            File.WriteAllText(Distributed.PathOf("short"), "abc\n");
            File.WriteAllText(Distributed.PathOf("mistake.yaml"), "data: digits\nmodel: mlp:24\nepoch: 4\n");
            File.WriteAllText(Distributed.PathOf("missing.yaml"), "data: csv:missing.csv\nmodel: mlp:24\n");
        }

        internal Executable Distributed { get; } = new();

        internal StandaloneCluster Cluster { get; }

        internal string Address { get; }

        private int Generations => Cluster.Log.Lines.Count(
            line => line.StartsWith("{\"event\":\"members\"", StringComparison.Ordinal));

        /// <summary>It trains on, in the generation of the beginning.</summary>
        internal void IsUnharmed()
        {
            Cluster.Log.WaitForEvent("epoch", from: Cluster.Log.Count);
            Assert.Equal(_generations, Generations);
        }

        public void Dispose() => Distributed.Dispose();
    }
}
