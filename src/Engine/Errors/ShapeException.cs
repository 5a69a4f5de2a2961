namespace Distributed.Engine.Errors;

/// <summary>Tensors whose shapes do not fit together: names the operation, what was seen and what was needed.</summary>
public sealed class ShapeException(string message) : ArgumentException(message);
