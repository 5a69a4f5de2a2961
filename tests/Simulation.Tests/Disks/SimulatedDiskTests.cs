using Distributed.Engine.Disks;
using Distributed.Simulation.Disks;

namespace Distributed.Simulation.Tests.Disks;

/// <summary>What the simulated disk keeps, loses and refuses.</summary>
public sealed class SimulatedDiskTests
{
    private const int Cases = 400;

    [Fact]
    public void Crash_KeepsWhatWasFlushed_WhateverTheDraws()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var disk = Disk(seed);
            disk.CreateDirectory("/d");
            disk.WriteDurably("/d/f", file => file.Write("kept"u8));
            disk.Flush("/d");
            disk.Flush("/");
            disk.Restart();
            Assert.Equal("kept"u8, disk.ReadAll("/d/f"));
        }
    }

    [Fact]
    public void Crash_TearsWhatWasNotFlushed_BehindWhatWas()
    {
        var lengths = new SortedSet<int>();
        var garbage = 0;
        for (var seed = 0; seed < Cases; seed++)
        {
            var disk = Disk(seed);
            var written = new SeededDraws(seed + Cases).Bytes(2000);
            using var file = disk.Create("/f");
            file.Write(written.AsSpan(0, 700));
            file.FlushToDisk();
            disk.Flush("/");
            file.Write(written.AsSpan(700));
            disk.Restart();
            var left = disk.ReadAll("/f");
            lengths.Add(left.Length);
            var same = left.AsSpan().CommonPrefixLength(written);
            garbage += same < left.Length ? 1 : 0;
            Assert.True(same >= 700, $"seed {seed}: byte {same} of the flushed ones changed");
            Assert.True(same >= (left.Length - 1) / 512 * 512, $"seed {seed}: garbage before the last sector");
        }

        Assert.Equal((700, 2000), (lengths.Min, lengths.Max));
        Assert.InRange(lengths.Count, 50, Cases);
        Assert.InRange(garbage, 20, Cases / 2);
    }

    [Fact]
    public void Crash_DrawsEachNameByItself_ButARenamingAsAWhole()
    {
        var outcomes = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 0; seed < Cases; seed++)
        {
            var disk = Disk(seed);
            disk.CreateDirectory("/old");
            disk.Create("/gone").Dispose();
            disk.Flush("/");
            disk.MoveDirectory("/old", "/new");
            disk.DeleteFile("/gone");
            disk.Create("/made").Dispose();
            disk.Restart();
            outcomes.Add(string.Join(' ', disk.Directories("/").Concat(disk.Files("/"))));
        }

        var all = from directory in new[] { "/new", "/old" }
                  from gone in new[] { "", " /gone" }
                  from made in new[] { "", " /made" }
                  select directory + gone + made;
        Assert.Equal(all.Order(StringComparer.Ordinal), outcomes);
    }

    [Fact]
    public void Crash_TakesADirectoryWithAllThatLiesInIt_WhenItsNameWasNotFlushed()
    {
        var lost = 0;
        for (var seed = 0; seed < Cases; seed++)
        {
            var disk = Disk(seed);
            disk.CreateDirectory("/d");
            disk.WriteDurably("/d/f", file => file.Write("x"u8));
            disk.Flush("/d");
            disk.Restart();
            Assert.Equal(disk.DirectoryExists("/d"), disk.FileExists("/d/f"));
            lost += disk.DirectoryExists("/d") ? 0 : 1;
        }

        Assert.InRange(lost, 1, Cases - 1);
    }

    [Fact]
    public void Restart_LosesNothing_WhenOnlyTheProcessDied()
    {
        var disk = Disk(1);
        using var file = disk.Create("/f");
        file.Write("abc"u8);
        disk.Restart(powerLost: false);
        Assert.Equal("abc"u8, disk.ReadAll("/f"));
        Assert.Throws<SimulatedCrashException>(() => file.Write("d"u8));
    }

    [Fact]
    public void CrashAt_StopsAtThatOperation_AndRefusesAllUntilTheRestart()
    {
        var disk = Disk(1);
        disk.CrashAt(3);
        var file = disk.Create("/f");
        file.Write("abc"u8);
        Assert.Throws<SimulatedCrashException>(file.FlushToDisk);
        Assert.Equal(3, disk.Operations);
        Assert.Throws<SimulatedCrashException>(() => disk.FileExists("/f"));
        Assert.Throws<SimulatedCrashException>(() => disk.Flush("/"));
        disk.Restart(powerLost: false);
        Assert.Equal("abc"u8, disk.ReadAll("/f"));
    }

    [Fact]
    public void FullAfter_WritesWhatFits_AndHasRoomAgainAfterARemoval()
    {
        var disk = Disk(1);
        disk.WriteDurably("/a", file => file.Write(new byte[10]));
        disk.FullAfter(4);
        using var full = disk.Create("/b");
        var error = Assert.Throws<IOException>(() => full.Write(new byte[5]));
        Assert.Equal("No space left on device: '/b'", error.Message);
        Assert.Equal(4, full.Length);
        disk.DeleteFile("/a");
        full.Write(new byte[10]);
    }

    [Fact]
    public void FailWriteAt_FailsOneWriteOrFlush()
    {
        var disk = Disk(1);
        using var file = disk.Create("/f");
        disk.FailWriteAt(2);
        file.Write("abc"u8);
        Assert.Throws<IOException>(file.FlushToDisk);
        file.FlushToDisk();
        disk.FailWriteAt(1);
        Assert.Throws<IOException>(() => file.Write(new byte[100]));
        Assert.InRange(file.Length, 3, 103);
    }

    [Fact]
    public void Disk_IsTheSame_WhenSeedAndOperationsAre()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            Assert.Equal(After(seed), After(seed));
        }

        static string After(int seed)
        {
            var (disk, draws) = (Disk(seed), new SeededDraws(seed));
            var scribble = new Scribble(disk, "/", draws);
            var log = string.Join('\n', Enumerable.Range(0, 200).Select(_ => scribble.Step()));
            disk.Restart();
            return log + scribble.Tree();
        }
    }

    private static SimulatedDisk Disk(int seed) => new(new SeededDraws(seed).Below);
}
