using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Engine.Tests.Plans;

public sealed class ArenaPlannerTests
{
    /// <summary>A range of no floats holds no memory, so it may lie anywhere.</summary>
    [Fact]
    public void Take_NeverHandsOutMemoryInUse_WhateverIsTakenAndReturned() =>
        Prop.ForAll<int[]>(lengths =>
        {
            var planner = new ArenaPlanner();
            var held = new List<(int Offset, int Length)>();
            foreach (var number in lengths)
            {
                if (number < 0 && held.Count > 0)
                {
                    var index = -(number + 1) % held.Count;
                    planner.Return(held[index].Offset, held[index].Length);
                    held.RemoveAt(index);
                    continue;
                }

                var length = Math.Abs(number % 100);
                var offset = planner.Take(length);
                Assert.Equal(0, offset % AlignedBuffer.LineFloats);
                Assert.True(offset + length <= planner.Length);
                Assert.All(held.Where(other => other.Length > 0 && length > 0), other => Assert.True(
                    offset + length <= other.Offset || other.Offset + other.Length <= offset));
                held.Add((offset, length));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Take_ReusesEverything_WhenNeighboursWereReturnedInAnyOrder()
    {
        var planner = new ArenaPlanner();
        var offsets = Enumerable.Range(0, 8).Select(_ => planner.Take(16)).ToList();
        foreach (var index in new[] { 3, 1, 2, 7, 5, 6, 0, 4 })
        {
            planner.Return(offsets[index], 16);
        }

        Assert.Equal(0, planner.Take(128));
        Assert.Equal(128, planner.Length);
    }
}
