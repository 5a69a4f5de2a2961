using Distributed.Engine.Reduction;

namespace Distributed.Worker.Replicas;

/// <summary>A worker's shard, cut for its threads, and how their pieces become the shard's.</summary>
internal sealed record TeamShard(IReadOnlyList<MicrobatchRange> Parts, PieceMerge Merge);
