using System.Diagnostics.CodeAnalysis;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Errors;

/// <summary>The engine's errors about shapes and graphs, worded in one place.</summary>
internal static class Throw
{
    [DoesNotReturn]
    internal static void InnerSizes(TensorShape left, int columns, TensorShape right, int rows) =>
        throw new ShapeException(
            $"matmul: inner sizes differ: lhs {left} has {columns} columns, rhs {right} has {rows} rows");

    [DoesNotReturn]
    internal static void MatMulOperand(string side, TensorShape shape, string needed) =>
        throw new ShapeException($"matmul: {side} {shape} cannot be multiplied: needs {needed}");

    [DoesNotReturn]
    internal static void Broadcast(string operation, TensorShape left, TensorShape right) =>
        throw new ShapeException(
            $"{operation}: shapes {left} and {right} do not broadcast: aligned at the right, each pair of sizes must "
            + "be equal or contain a 1");

    [DoesNotReturn]
    internal static void Reshape(TensorShape from, TensorShape to) =>
        throw new ShapeException(
            $"reshape: {from} holds {from.SampleLength} values, {to} holds {to.SampleLength}; they must be equal");

    [DoesNotReturn]
    internal static void Axis(string operation, TensorShape shape, int axis) =>
        throw new ShapeException(
            $"{operation}: axis {axis} is outside {shape}: choose 0 to {shape.Rank - 1} (the batch is not counted)");

    [DoesNotReturn]
    internal static void AxisTwice(string operation, TensorShape shape, int axis) =>
        throw new ShapeException($"{operation}: axis {axis} of {shape} is named twice: name each axis once");

    [DoesNotReturn]
    internal static void Range(string operation, TensorShape shape, int axis, int start, int count) =>
        throw new ShapeException(
            $"{operation}: {count} from {start} is outside axis {axis} of {shape}: choose a range in 0 to "
            + $"{shape.Dimensions[axis]}");

    [DoesNotReturn]
    internal static void Shape(string operation, string operand, TensorShape seen, string needed) =>
        throw new ShapeException($"{operation}: {operand} has shape {seen}: needs {needed}");

    [DoesNotReturn]
    internal static void OtherGraph(string operation) =>
        throw new ArgumentException($"{operation}: the operands belong to different graphs; build both on one Graph");

    [DoesNotReturn]
    internal static void NotScalar(TensorShape shape) =>
        throw new ShapeException(
            $"gradients: the differentiated tensor has shape {shape}: needs one value, []; sum it first");
}
