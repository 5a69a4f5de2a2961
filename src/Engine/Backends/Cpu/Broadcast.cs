using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>Loops over two operands' shapes.</summary>
internal static class Broadcast
{
    internal static BroadcastLoop Loop(TensorShape x, TensorShape y, TensorShape result) =>
        new(x.Dimensions.AsSpan(), y.Dimensions.AsSpan(), result.Dimensions.AsSpan(), x.Batched, y.Batched);
}
