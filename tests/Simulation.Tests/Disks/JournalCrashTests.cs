using Distributed.Engine.Disks;
using Distributed.Simulation.Disks;

namespace Distributed.Simulation.Tests.Disks;

/// <summary>
/// A journal is written, opened again and written on while machine, process and disk fail; each time it is opened it
/// must hold the acknowledged records, and at most the one that was being appended.
/// </summary>
public sealed class JournalCrashTests
{
    private const int Seeds = 40;

    [Fact]
    public void Journal_HoldsWhatWasAcknowledged_WhereverTheMachineDies()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var operations = new JournalLife(seed, 0).Run();
            for (var crash = 1; crash <= operations; crash++)
            {
                new JournalLife(seed, crash).Run(disk => disk.CrashAt(crash));
            }
        }
    }

    [Fact]
    public void Journal_HoldsWhatWasAcknowledged_WhicheverWriteFails()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            for (var write = 1; write <= 40; write++)
            {
                new JournalLife(seed, write).Run(disk => disk.FailWriteAt(write));
            }
        }
    }

    [Fact]
    public void Journal_HoldsWhatWasAcknowledged_WhereverTheDiskIsFull()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            for (var bytes = 0; bytes < 2000; bytes += 37)
            {
                new JournalLife(seed, bytes).Run(disk => disk.FullAfter(bytes));
            }
        }
    }

    [Fact]
    public void Journal_LosesNothingItHasShown_WhenPowerFailsAfterTheProcess()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var disk = new SimulatedDisk(new SeededDraws(seed).Below);
            using (var journal = Journal.Open("/run/journal", disk))
            {
                // Dies at the flush: the record is written, and no one has heard so.
                disk.CrashAt(2);
                Assert.Throws<SimulatedCrashException>(() => journal.Append("shown"u8));
            }

            disk.Restart(powerLost: false);
            using (var journal = Journal.Open("/run/journal", disk))
            {
                Assert.Equal("shown"u8, Assert.Single(journal.Records).Span);
            }

            disk.Restart();
            using (var journal = Journal.Open("/run/journal", disk))
            {
                Assert.Equal("shown"u8, Assert.Single(journal.Records).Span);
            }
        }
    }
}
