namespace Distributed.Engine.Graphs;

/// <summary>One operation of a plan with the places of its inputs and its result.</summary>
/// <param name="Operation">What to compute.</param>
/// <param name="Inputs">Where its inputs lie, in the operation's order.</param>
/// <param name="Output">Where its result goes.</param>
/// <param name="Layer">The layer it belongs to, for messages; may be empty.</param>
public sealed record Instruction(
    Operation Operation, IReadOnlyList<Operand> Inputs, Operand Output, string Layer);
