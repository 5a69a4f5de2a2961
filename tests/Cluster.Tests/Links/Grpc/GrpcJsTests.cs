using System.Diagnostics;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;
using Distributed.Cluster.Security;
using Records = Distributed.Cluster.Messages;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>
/// Goal: the control link is gRPC as others understand it. Method: grpc-js/interop.js calls a server with
/// @grpc/grpc-js, from the same .proto files, and says what it has checked.
/// </summary>
public sealed class GrpcJsTests
{
    private static readonly string[] Checks =
    [
        "unary", "large", "status", "failing", "unknown", "serverStreaming", "bidirectional", "otherBuild", "deadline",
        "cancellation", "health", "authentication",
    ];

    [GrpcJsTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GrpcJs_IsServedAsByAnyServer(bool withToken)
    {
        var token = withToken ? ClusterToken.Create() : null;
        await using var stage = await ControlStage.StartAsync(new LinkSecurity { Token = token });
        stage.Jobs.Now = new JobStatus
        {
            State = JobState.Training,
            Loss = 0.25,
            Workers = { new WorkerStatus { Rank = 0 }, new WorkerStatus { Rank = -1 } },
        };
        await stage.Jobs.Updates.Writer.WriteAsync(new JobUpdate { Status = stage.Jobs.Now });
        await stage.Jobs.Updates.Writer.WriteAsync(
            new JobUpdate { Event = new JobEvent { Kind = "joined", Text = "worker ann joined" } });
        var coordinator = new TaskCompletionSource<LinkProbe>();
        stage.Server.Listen(connection =>
        {
            connection.Send(new Records.Regroup(3, 0));
            coordinator.TrySetResult(new LinkProbe(connection).Open());
        });

        var output = await RunAsync(stage.Server.Address, token?.Text ?? "-");

        Assert.Equal([.. Checks.Select(check => $"ok {check}")], output);
        var probe = await coordinator.Task.WaitAsync(ControlStage.Ample);
        Assert.Equal(new Records.Join("js", "js/1", "127.0.0.1:9"), await probe.ReceiveAsync());
        Assert.Equal(3, Assert.IsType<Records.Standing>(await probe.ReceiveAsync()).Generation);
        Assert.NotEmpty(await probe.Closed);
    }

    private static async Task<string[]> RunAsync(string address, string token)
    {
        var contracts = Path.Combine(GrpcJsTheoryAttribute.Root(), "src", "Cluster", "Contracts");
        var start = new ProcessStartInfo("node", ["interop.js", address, contracts, ClusterVersion.KernelsBuild, token])
        {
            WorkingDirectory = GrpcJsTheoryAttribute.Folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var node = Process.Start(start)!;
        try
        {
            var output = await node.StandardOutput.ReadToEndAsync().WaitAsync(ControlStage.Ample);
            await node.WaitForExitAsync().WaitAsync(ControlStage.Ample);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill();
            }
        }
    }
}
