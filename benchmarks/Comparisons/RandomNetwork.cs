using Distributed.Measuring.Jobs;

namespace Distributed.Benchmarks.Comparisons;

/// <summary>Networks that nobody has chosen: what a model looks like, of what sizes, is drawn from a seed.</summary>
/// <remarks>
/// Half are linear layers, half convolutions and pools of images; both with activations, normalisation and dropout at
/// times. Ten classes.
/// </remarks>
internal sealed class RandomNetwork
{
    private const int Classes = 10;

    /// <summary>Multiplications and additions of a step's convolutions, so that it takes a second at most.</summary>
    private const double OperationsMax = 1e10;

    private readonly Random _random;
    private readonly List<string> _layers = [];
    private readonly string _activation;

    private RandomNetwork(Random random)
    {
        _random = random;
        _activation = OneOf("relu", "relu", "relu", "tanh", "sigmoid", "gelu", "silu", "leaky-relu");
    }

    /// <summary>A seed's networks, without end, in the same order every time.</summary>
    internal static IEnumerable<Workload> AllOf(int seed)
    {
        for (var random = new Random(seed); ;)
        {
            yield return new RandomNetwork(random).Linears();
            yield return new RandomNetwork(random).Convolutions();
        }
    }

    private Workload Linears()
    {
        var inputs = OneOf(8, 20, 64, 100, 300, 784, 1000, 2048, 3072);
        var batch = OneOf(1, 4, 8, 16, 32, 50, 64, 100, 128, 200, 256, 512, 1000);
        for (var hidden = _random.Next(1, 5); hidden > 0; hidden--)
        {
            _layers.Add($"linear({OneOf(10, 17, 32, 64, 100, 128, 200, 256, 300, 400, 512, 777, 1024)})");
            if (batch > 1 && Chance(0.2))
            {
                _layers.Add(OneOf("batchnorm", "layernorm"));
            }

            _layers.Add(_activation);
            if (Chance(0.15))
            {
                _layers.Add("dropout(0.3)");
            }
        }

        return Ended([inputs], batch);
    }

    private Workload Convolutions()
    {
        var (channels, side) = OneOf(
            (1, 28), (1, 64), (3, 32), (3, 48), (3, 64), (3, 96), (8, 16), (16, 14), (16, 28), (32, 14), (64, 7),
            (64, 14));
        int[] sides = [channels, side, side];
        var batch = side >= 48 ? OneOf(4, 8, 16) : OneOf(1, 8, 16, 32, 64, 128);
        var (filters, operations) = (OneOf(4, 8, 16, 24, 32, 48, 64), 0.0);
        for (var convolutions = _random.Next(1, 5); convolutions > 0; convolutions--)
        {
            var (size, stride) = (OneOf(1, 3, 3, 3, 5, 7), OneOf(1, 1, 1, 2));
            var padding = Chance(0.7) ? size / 2 : 0;
            var groups = filters % channels == 0 && Chance(0.2) ? channels : 1;
            var across = ((side + (2 * padding) - size) / stride) + 1;
            operations += 6.0 * batch * across * across * filters * size * size * channels / groups;
            if (across < 4 || operations > OperationsMax)
            {
                break;
            }

            _layers.Add(
                $"conv({filters}, size={size}{Unless(1, "stride", stride)}{Unless(0, "padding", padding)}"
                + $"{Unless(1, "groups", groups)})");
            Activate(batch);
            (side, channels) = (across, filters);
            if (batch > 1 && Chance(0.15))
            {
                var inside = $"conv({filters}, size=3, padding=1), batchnorm";
                _layers.Add($"residual([{inside}, {_activation}, {inside}])");
                _layers.Add(_activation);
            }

            if (side >= 8 && Chance(0.5))
            {
                var (pool, window) = (OneOf("maxpool", "avgpool"), OneOf(2, 2, 3));
                _layers.Add($"{pool}({window}, stride=2)");
                side = ((side - window) / 2) + 1;
            }

            filters *= OneOf(1, 2);
        }

        _layers.Add(OneOf("globalpool", "flatten", "flatten"));
        if (Chance(0.5))
        {
            _layers.Add($"linear({OneOf(64, 128, 256)})");
            _layers.Add(_activation);
        }

        return Ended(sides, batch);
    }

    private void Activate(int batch)
    {
        if (batch > 1 && Chance(0.3))
        {
            _layers.Add("batchnorm");
        }

        _layers.Add(_activation);
    }

    private Workload Ended(int[] sides, int batch)
    {
        var model = $"[{string.Join(", ", _layers)}, linear({Classes})]";
        return new Workload($"{string.Join('×', sides)}, batch {batch}: {model}", sides, Classes, model, batch);
    }

    private static string Unless(int usual, string name, int value) => value == usual ? "" : $", {name}={value}";

    private bool Chance(double part) => _random.NextDouble() < part;

    private T OneOf<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];
}
