using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Distributed.EndToEnd.Tests.Clusters;
using Distributed.Engine.Randomness;
using Distributed.Engine.Training;

namespace Distributed.EndToEnd.Tests.Chaos;

/// <summary>What a run's journal says was committed, held against the order of the samples.</summary>
/// <remarks>
/// The journal is read here by its written format, not by the code that wrote it: 8 bytes of header, then records of a
/// length and a checksum, 4 bytes each, and a payload of JSON.
/// </remarks>
internal sealed class CommittedSteps
{
    private readonly List<(long First, long End)> _ranges = [];
    private long _generation;

    /// <summary>Lives of committed steps that ended by a roll back to a checkpoint.</summary>
    internal int RollBacks { get; private set; }

    internal int Generations { get; private set; }

    private long End => _ranges.Count == 0 ? 0 : _ranges[^1].End;

    /// <remarks>Errors: the test fails where the journal tells of an impossible order.</remarks>
    internal static CommittedSteps Read(string path)
    {
        var committed = new CommittedSteps();
        foreach (var entry in Entries(File.ReadAllBytes(path)))
        {
            committed.Add(entry);
        }

        return committed;
    }

    /// <summary>Every sample of every epoch is in exactly one committed step.</summary>
    internal void CoverEverySampleOnce(SmallJob job)
    {
        Assert.Equal(job.Steps, End);
        var schedule = new BatchSchedule(
            SmallJob.TrainSamples, SmallJob.BatchSize, SmallJob.MicrobatchSize, SmallJob.Seed);
        var (next, seen, order) = (0L, new bool[SmallJob.TrainSamples], schedule.Order(0));
        foreach (var (first, end) in _ranges)
        {
            Assert.Equal(next, first); // neither a gap nor an overlap
            for (; next < end; next++)
            {
                if (schedule.StepInEpoch(next) == 0)
                {
                    (seen, order) = (new bool[SmallJob.TrainSamples], schedule.Order(schedule.Epoch(next)));
                }

                See(schedule, next, order, seen);
                if (schedule.StepInEpoch(next) == schedule.StepsPerEpoch - 1)
                {
                    Assert.DoesNotContain(false, seen);
                }
            }
        }
    }

    private static void See(BatchSchedule schedule, long step, Permutation order, bool[] seen)
    {
        for (var i = 0; i < schedule.SamplesIn(step); i++)
        {
            var sample = order[(schedule.StepInEpoch(step) * schedule.BatchSize) + i];
            Assert.False(seen[sample], $"step {step + 1} reads sample {sample} for the second time in its epoch");
            seen[sample] = true;
        }
    }

    private void Add(JsonElement entry)
    {
        switch (entry.GetProperty("$type").GetString())
        {
            case "begun":
                var generation = entry.GetProperty("generation").GetInt64();
                Assert.True(generation > _generation, $"generation {generation} after {_generation}");
                (_generation, Generations) = (generation, Generations + 1);
                break;
            case "formed":
                Assert.Equal(_generation, entry.GetProperty("generation").GetInt64());
                Commit(entry.GetProperty("step").GetInt64(), mayRollBack: true);
                break;
            case "steps":
                Commit(entry.GetProperty("step").GetInt64(), mayRollBack: false);
                break;
        }
    }

    private void Commit(long step, bool mayRollBack)
    {
        if (step > End)
        {
            _ranges.Add((End, step));
        }
        else if (step < End)
        {
            Assert.True(mayRollBack, $"after step {End} the journal commits step {step} again");
            RollBacks++;
            _ranges.RemoveAll(range => range.First >= step);
            if (_ranges.Count > 0 && End > step)
            {
                _ranges[^1] = (_ranges[^1].First, step);
            }
        }
    }

    private static IEnumerable<JsonElement> Entries(byte[] file)
    {
        Assert.Equal("journal1", Encoding.ASCII.GetString(file, 0, 8));
        for (var offset = 8; offset + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(offset));
            Assert.InRange(length, 1, file.Length - offset - 8);
            yield return JsonDocument.Parse(file.AsMemory(offset + 8, length)).RootElement;
            offset += 8 + length;
        }
    }
}
