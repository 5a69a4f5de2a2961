using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Kernels.Reductions;

public sealed unsafe class FinishPlanTests
{
    private const int Offset = 5;

    [Fact]
    public void Run_EqualsTheTreeOverElements_ForEveryLengthAndPath()
    {
        foreach (var count in EveryPath.Lengths.Append(256 + 3).Append(1000))
        {
            foreach (var microbatches in new[] { 1, 2, 3, 13 })
            {
                CheckLeaves(microbatches, count);
            }
        }
    }

    [Fact]
    public void Run_EqualsTheTreeOverElements_ForEveryNumberOfLeaves()
    {
        for (var microbatches = 1; microbatches <= 70; microbatches++)
        {
            CheckLeaves(microbatches, 21);
        }
    }

    [Fact]
    public void Run_MayWriteOntoAPiece()
    {
        for (var own = 0; own < 5; own++)
        {
            var rows = Rows(5, 300);
            var expected = Oracle(rows, 300);
            var plan = new FinishPlan(Leaves(5));
            var call = new Call(plan, rows, Offset, 300, rows[own].Pointer + Offset);
            EveryPath.Run(KernelPath.Vector512, call);
            Bits.AssertEqual(expected, rows[own].Span.Slice(Offset, 300), $"onto piece {own}");
            rows[own].AssertGuardsIntact($"onto piece {own}");
        }
    }

    [Fact]
    public void Constructor_NamesThePiece_WhenThePiecesAreNotTheBatch()
    {
        Assert.Throws<ArgumentException>(() => new FinishPlan([]));
        (int First, int Size)[][] wrong =
        [
            [(1, 1)], [(0, 3)], [(0, 2), (3, 1)], [(0, 1), (1, 2)], [(0, 2), (1, 1)], [(0, 1), (1, 0)],
        ];
        foreach (var pieces in wrong)
        {
            var blocks = Array.ConvertAll(pieces, piece => new TreePiece(piece.First, piece.Size));
            var error = Assert.Throws<ArgumentException>(() => new FinishPlan(blocks));
            Assert.Contains($"piece {blocks.Length - 1} ", error.Message, StringComparison.Ordinal);
        }
    }

    private static void CheckLeaves(int microbatches, int count)
    {
        var rows = Rows(microbatches, count);
        var expected = Oracle(rows, count);
        var plan = new FinishPlan(Leaves(microbatches));
        foreach (var path in KernelPaths.All)
        {
            var context = $"{path}, {microbatches} leaves of {count}";
            var output = new GuardedFloats(count, 3);
            EveryPath.Run(path, new Call(plan, rows, Offset, count, output.Pointer));
            Bits.AssertEqual(expected, output.Span, context);
            output.AssertGuardsIntact(context);
        }
    }

    private static GuardedFloats[] Rows(int pieces, int count) =>
        Enumerable.Range(0, pieces)
            .Select(p => new GuardedFloats(SampleFloats.WithSpecials(Offset + count, (31 * count) + p), p % 4))
            .ToArray();

    private static TreePiece[] Leaves(int count) =>
        Enumerable.Range(0, count).Select(i => new TreePiece(i, 1)).ToArray();

    private static float[] Oracle(GuardedFloats[] rows, int count) =>
        Enumerable.Range(Offset, count)
            .Select(i => CanonicalTree.Sum(rows.Select(row => row.Span[i]).ToArray()))
            .ToArray();

    private sealed class Call(FinishPlan plan, GuardedFloats[] rows, int offset, int count, float* destination)
        : IPathCall
    {
        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            var bases = stackalloc float*[rows.Length];
            for (var p = 0; p < rows.Length; p++)
            {
                bases[p] = rows[p].Pointer;
            }

            plan.Run<TLanes, TVector>(bases, offset, count, destination);
        }
    }
}
