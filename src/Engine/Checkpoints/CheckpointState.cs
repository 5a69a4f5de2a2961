using Distributed.Engine.Errors;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Checkpoints;

/// <summary>What a checkpoint holds, as views of the caller's buffers: parameters, then optimizer state.</summary>
/// <remarks>
/// In the file a parameter is stored under its own name, and its optimizer state under
/// optimizer.SLOT.PARAMETER, with the parameter's shape. Add all parameters first, then slot after slot.
/// Errors: ArgumentException for a name that is taken, reserved or unknown.
/// </remarks>
public sealed class CheckpointState
{
    private const string OptimizerPrefix = "optimizer.";

    private readonly List<NamedTensor> _tensors = [];
    private readonly Dictionary<string, NamedTensor> _byName = [];

    /// <summary>Parameters in the order they were added, then optimizer state likewise.</summary>
    public IReadOnlyList<NamedTensor> Tensors => _tensors;

    /// <summary>How many of the tensors, from the first, are parameters.</summary>
    public int ParameterCount { get; private set; }

    public void AddParameter(string name, ReadOnlySpan<int> shape, AlignedBuffer buffer, int offset)
    {
        if (ParameterCount != _tensors.Count)
        {
            throw new ArgumentException($"checkpoint: parameter '{name}' comes after optimizer state", nameof(name));
        }

        if (IsOptimizerState(name) || name.Length == 0 || name == SafeTensors.MetadataName)
        {
            throw new ArgumentException($"checkpoint: '{name}' cannot name a parameter: it is reserved", nameof(name));
        }

        Add(new NamedTensor(name, shape, buffer, offset));
        ParameterCount++;
    }

    /// <summary>The optimizer's value for a parameter, for instance slot momentum of parameter hidden.weight.</summary>
    public void AddOptimizerState(string slot, string parameter, AlignedBuffer buffer, int offset)
    {
        if (!_byName.TryGetValue(parameter, out var tensor))
        {
            throw new ArgumentException($"checkpoint: slot '{slot}' of unknown parameter '{parameter}'", nameof(slot));
        }

        Add(new NamedTensor($"{OptimizerPrefix}{slot}.{parameter}", tensor.Shape.AsSpan(), buffer, offset));
    }

    /// <summary>Fills every tensor from the file, which must hold exactly these, with these shapes.</summary>
    /// <remarks>
    /// With parametersOnly, optimizer state is neither read nor missed nor too much.
    /// Errors: UserErrorException in one line, before anything is written where the names or shapes differ.
    /// </remarks>
    internal void ReadFrom(SafeTensorsReader file, bool parametersOnly)
    {
        var wanted = parametersOnly ? _tensors.Take(ParameterCount).ToList() : _tensors;
        foreach (var tensor in wanted)
        {
            file.Require(tensor);
        }

        var extra = file.Entries.FirstOrDefault(
            entry => !_byName.ContainsKey(entry.Name) && !(parametersOnly && IsOptimizerState(entry.Name)));
        if (extra is not null)
        {
            throw new UserErrorException(
                $"{file.Path}: tensor '{extra.Name}' is not part of this model: give the job that wrote the file");
        }

        foreach (var tensor in wanted)
        {
            file.Read(tensor);
        }
    }

    private static bool IsOptimizerState(string name) => name.StartsWith(OptimizerPrefix, StringComparison.Ordinal);

    private void Add(NamedTensor tensor)
    {
        if (!_byName.TryAdd(tensor.Name, tensor))
        {
            throw new ArgumentException($"checkpoint: two tensors are named '{tensor.Name}'");
        }

        _tensors.Add(tensor);
    }
}
