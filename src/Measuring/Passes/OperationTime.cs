namespace Distributed.Measuring.Passes;

/// <summary>What one operation of a pass takes.</summary>
/// <param name="Layer">The layer it belongs to.</param>
/// <param name="IsBackward">False on the way to the loss, true on the way back.</param>
/// <param name="Operation">What it does, as messages name it.</param>
/// <param name="Output">The shape of its result.</param>
/// <param name="Seconds">The median over the passes.</param>
/// <param name="Operations">Multiplications and additions in its products; 0 where it has none.</param>
/// <param name="Bytes">What it must read and write at least: each operand once.</param>
public sealed record OperationTime(
    string Layer, bool IsBackward, string Operation, string Output, double Seconds, double Operations, double Bytes);
