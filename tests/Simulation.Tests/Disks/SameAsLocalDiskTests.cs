using Distributed.Engine.Disks;
using Distributed.Simulation.Disks;

namespace Distributed.Simulation.Tests.Disks;

/// <summary>Without faults, the simulated disk and the machine's own do the same to the same operations.</summary>
public sealed class SameAsLocalDiskTests
{
    [Fact]
    public void SimulatedDisk_DoesWhatTheLocalDiskDoes()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var folder = Directory.CreateTempSubdirectory("disks-").FullName;
            try
            {
                var disk = new SimulatedDisk(_ => throw new InvalidOperationException("drew without a fault"));
                var simulated = new Scribble(disk, "/", new SeededDraws(seed));
                var local = new Scribble(LocalDisk.Instance, folder, new SeededDraws(seed));
                for (var step = 0; step < 150; step++)
                {
                    var (expected, seen) = (local.Step(), simulated.Step());
                    Assert.True(expected == seen, $"seed {seed}, step {step}: local '{expected}', simulated '{seen}'");
                }

                Assert.Equal(local.Tree(), simulated.Tree());
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
