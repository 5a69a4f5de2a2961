using Distributed.Engine.Checkpoints;
using Distributed.Simulation.Disks;

namespace Distributed.Simulation.Tests.Disks;

/// <summary>
/// A job writes checkpoints, and after each fault another process looks for the newest: it must be the acknowledged
/// one, or the one that was being written, whole.
/// </summary>
public sealed class CheckpointCrashTests
{
    private const int Seeds = 15;

    [Fact]
    public void Latest_FindsTheNewestAcknowledged_WhereverTheMachineDies()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var operations = new CheckpointLife(seed, 0).Run();
            for (var crash = 1; crash <= operations; crash++)
            {
                new CheckpointLife(seed, crash).Run(disk => disk.CrashAt(crash));
            }
        }
    }

    [Fact]
    public void Latest_FindsTheNewestAcknowledged_WhicheverWriteFails()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            for (var write = 1; write <= 60; write++)
            {
                new CheckpointLife(seed, write).Run(disk => disk.FailWriteAt(write));
            }
        }
    }

    [Fact]
    public void Latest_FindsTheNewestAcknowledged_WhereverTheDiskIsFull()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            for (var bytes = 0; bytes < 5000; bytes += 83)
            {
                new CheckpointLife(seed, bytes).Run(disk => disk.FullAfter(bytes));
            }
        }
    }

    [Fact]
    public void Write_LeavesNoUnfinishedOnes_WhenTheDiskStaysFull()
    {
        var disk = new SimulatedDisk(new SeededDraws(1).Below);
        var store = new CheckpointStore("/run/checkpoints", disk);
        var state = CheckpointLife.State(new SeededDraws(1));
        store.Write(state, CheckpointLife.Manifest(1));
        disk.FullAfter(300);
        for (var step = 2; step < 10; step++)
        {
            Assert.Throws<IOException>(() => store.Write(state, CheckpointLife.Manifest(step)));
            Assert.Equal(2, disk.Directories("/run/checkpoints").Count);
            Assert.Equal(1, store.Latest()!.Manifest.Step);
        }

        disk.FullAfter(10_000);
        store.Write(state, CheckpointLife.Manifest(10));
        Assert.Equal(["/run/checkpoints/step-000000001", "/run/checkpoints/step-000000010"],
            disk.Directories("/run/checkpoints").Select(path => path.Replace('\\', '/')));
    }
}
