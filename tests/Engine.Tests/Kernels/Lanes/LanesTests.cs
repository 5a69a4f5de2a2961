using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Tests.Kernels.Lanes;

/// <summary>Each operation of the lanes gives each element the scalar operation's bits, specials included.</summary>
public sealed unsafe class LanesTests
{
    [Fact]
    public void Operations_EqualTheScalarOnes_OnEveryWidth()
    {
        var pool = SampleFloats.Specials.Concat(SampleFloats.Ordinary(12, 5)).ToArray();
        var triples =
            from x in pool from y in pool from z in new[] { 0f, -0f, 1.25f, -3e-39f, float.NaN } select (x, y, z);
        foreach (var chunk in triples.Chunk(16))
        {
            var x = new GuardedFloats(Array.ConvertAll(Fill(chunk), t => t.x));
            var y = new GuardedFloats(Array.ConvertAll(Fill(chunk), t => t.y));
            var z = new GuardedFloats(Array.ConvertAll(Fill(chunk), t => t.z));
            var expected = new Call(x, y, z);
            expected.Run<ScalarLanes, float>();
            foreach (var path in EveryPath.Wide)
            {
                var call = new Call(x, y, z);
                EveryPath.Run(path, call);
                foreach (var (name, values) in expected.Results)
                {
                    Bits.AssertEqual(values.Span, call.Results[name].Span, $"{name} on {path}");
                }
            }
        }
    }

    [Fact]
    public void Maximum_IsTheStandards_ForZerosAndNaN()
    {
        (float Left, float Right, float Expected)[] cases =
        [
            (0f, -0f, 0f), (-0f, 0f, 0f), (-0f, -0f, -0f), (1f, float.NaN, float.NaN), (float.NaN, 1f, float.NaN),
            (float.NegativeInfinity, 1f, 1f), (float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity),
        ];
        foreach (var (left, right, expected) in cases)
        {
            Bits.AssertEqual(expected, ScalarLanes.Maximum(left, right), $"maximum of {left} and {right}");
        }
    }

    [Fact]
    public void Scale_RoundsOnce_OverItsWholeRange()
    {
        foreach (var value in new[] { 0.70710677f, 1f, 1.0000001f, 1.1920929f, 1.4142135f, 0.5f, 1.9999999f })
        {
            for (var n = -160; n <= 160; n++)
            {
                var exact = (float)(value * Math.Pow(2, n));
                var context = $"{value} · 2^{n}";
                Bits.AssertEqual(exact, ScalarLanes.Scale(value, n), context);
                Bits.AssertEqual(exact, Lanes128.Scale(Lanes128.Broadcast(value), Lanes128.Broadcast(n))[3], context);
                Bits.AssertEqual(exact, Lanes256.Scale(Lanes256.Broadcast(value), Lanes256.Broadcast(n))[7], context);
                Bits.AssertEqual(exact, Lanes512.Scale(Lanes512.Broadcast(value), Lanes512.Broadcast(n))[15], context);
            }
        }
    }

    private static (float x, float y, float z)[] Fill((float x, float y, float z)[] chunk)
    {
        var full = new (float x, float y, float z)[16];
        chunk.CopyTo(full, 0);
        return full;
    }

    private sealed class Call(GuardedFloats x, GuardedFloats y, GuardedFloats z) : IPathCall
    {
        internal Dictionary<string, GuardedFloats> Results { get; } = [];

        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            for (var i = 0; i < 16; i += TLanes.Count)
            {
                var a = TLanes.Load(x.Pointer + i);
                var b = TLanes.Load(y.Pointer + i);
                var c = TLanes.Load(z.Pointer + i);
                Save<TLanes, TVector>("Add", i, TLanes.Add(a, b));
                Save<TLanes, TVector>("Subtract", i, TLanes.Subtract(a, b));
                Save<TLanes, TVector>("Multiply", i, TLanes.Multiply(a, b));
                Save<TLanes, TVector>("Divide", i, TLanes.Divide(a, b));
                Save<TLanes, TVector>("FusedMultiplyAdd", i, TLanes.FusedMultiplyAdd(a, b, c));
                Save<TLanes, TVector>("Negate", i, TLanes.Negate(a));
                Save<TLanes, TVector>("Abs", i, TLanes.Abs(a));
                Save<TLanes, TVector>("Sqrt", i, TLanes.Sqrt(a));
                Save<TLanes, TVector>("WhereLess", i, TLanes.WhereLess(a, b, c, a));
                Save<TLanes, TVector>("WhereLessOrEqual", i, TLanes.WhereLessOrEqual(a, b, c, a));
                Save<TLanes, TVector>("WhereEqual", i, TLanes.WhereEqual(a, b, c, a));
                Save<TLanes, TVector>("Maximum", i, TLanes.Maximum(a, b));
                Save<TLanes, TVector>("AtLeast", i, TLanes.AtLeast(a, b));
                Save<TLanes, TVector>("AtMost", i, TLanes.AtMost(a, b));
                Save<TLanes, TVector>("CopySign", i, TLanes.CopySign(a, b));
                Save<TLanes, TVector>("Zero", i, TLanes.Zero);
                Save<TLanes, TVector>("Broadcast", i, TLanes.Broadcast(1.3f));
                Save<TLanes, TVector>("Constant", i, TLanes.Constant(0.1));
                Save<TLanes, TVector>("SplitExponent", i, TLanes.SplitExponent(a, out var exponent));
                Save<TLanes, TVector>("exponent", i, exponent);
            }
        }

        private void Save<TLanes, TVector>(string name, int i, TVector value)
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            if (!Results.TryGetValue(name, out var result))
            {
                Results.Add(name, result = new GuardedFloats(16, 0));
            }

            TLanes.Store(value, result.Pointer + i);
        }
    }
}
