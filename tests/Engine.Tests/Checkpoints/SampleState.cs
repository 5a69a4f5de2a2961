using System.Text.Json;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Tests.Checkpoints;

/// <summary>A small model with momentum: its buffers, the checkpoint's view of them, and a manifest.</summary>
internal sealed class SampleState
{
    internal const int Length = 17;

    internal SampleState(int seed = 0)
    {
        State = new CheckpointState();
        State.AddParameter("hidden.weight", [3, 4], Parameters, 0);
        State.AddParameter("hidden.bias", [4], Parameters, 12);
        State.AddParameter("scale", [], Parameters, 16);
        State.AddOptimizerState("momentum", "hidden.weight", Momentum, 0);
        State.AddOptimizerState("momentum", "hidden.bias", Momentum, 12);
        State.AddOptimizerState("momentum", "scale", Momentum, 16);
        if (seed != 0)
        {
            var random = new Random(seed);
            foreach (var buffer in new[] { Parameters, Momentum })
            {
                for (var i = 0; i < Length; i++)
                {
                    buffer.Span[i] = random.NextSingle() - 0.5f;
                }
            }
        }
    }

    internal AlignedBuffer Parameters { get; } = new(Length);

    internal AlignedBuffer Momentum { get; } = new(Length);

    internal CheckpointState State { get; }

    internal static CheckpointManifest Manifest(long step) => new()
    {
        Step = step,
        Cursor = new CheckpointCursor(2, step % 100, 0.1 + step, 1.0 / 3, 640),
        Job = JsonDocument.Parse("""{ "model": "mlp", "seed": 7 }""").RootElement,
        DataSha256 = "d1",
        WrittenBy = "1.2.3",
    };

    internal void AssertEquals(SampleState other)
    {
        Assert.Equal(Parameters.Span.ToArray(), other.Parameters.Span.ToArray());
        Assert.Equal(Momentum.Span.ToArray(), other.Momentum.Span.ToArray());
    }
}
