using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;

namespace Distributed.Engine.Tests.Graphs;

/// <summary>Operands that do not fit: one line that names the operation, what was seen and what was needed.</summary>
public sealed class ShapeErrorTests
{
    private static readonly ConstantInitializer Zero = new();

    public static TheoryData<string, string> Cases => new()
    {
        { "matmul", "matmul: inner sizes differ: lhs [batch, 784] has 784 columns, rhs [512, 10] has 512 rows" },
        {
            "matmul-batch",
            "matmul: rhs [batch, 784] cannot be multiplied: needs two dimensions and no batch, such as a parameter"
        },
        { "matmul-scalar", "matmul: lhs [] cannot be multiplied: needs at least one dimension" },
        {
            "add",
            "add: shapes [512, 10] and [784] do not broadcast: aligned at the right, each pair of sizes must be "
            + "equal or contain a 1"
        },
        { "reshape", "reshape: [512, 10] holds 5120 values, [3, 4] holds 12; they must be equal" },
        { "sum", "sum: axis 2 is outside [512, 10]: choose 0 to 1 (the batch is not counted)" },
        { "sum-twice", "sum: axis 1 of [512, 10] is named twice: name each axis once" },
        { "max", "max: axis -1 is outside [batch, 784]: choose 0 to 0 (the batch is not counted)" },
        { "slice", "slice: 8 from 3 is outside axis 1 of [512, 10]: choose a range in 0 to 10" },
        { "slice-axis", "slice: axis 2 is outside [512, 10]: choose 0 to 1 (the batch is not counted)" },
        { "pad", "pad: axis 1 is outside [batch, 784]: choose 0 to 0 (the batch is not counted)" },
        {
            "concatenate",
            "concatenate: a part has shape [10, 512]: needs the sizes of the first, [512, 10], but for axis 0"
        },
        {
            "batched-matmul",
            "matmul: inner sizes differ: lhs [batch, 28, 28] has 28 columns, rhs [batch, 14, 56] has 14 rows"
        },
        {
            "batched-vector",
            "matmul: lhs [batch, 784] cannot be multiplied: needs rows and columns, to be multiplied by rhs "
            + "[batch, 14, 56]"
        },
        {
            "batched-leading",
            "matmul: shapes [2, 256, 10] and [3, 10, 1] do not broadcast: aligned at the right, each pair of sizes "
            + "must be equal or contain a 1"
        },
        { "log-softmax", "log-softmax: the operand has shape []: needs at least one dimension" },
        { "dot", "dot: rhs has shape [512, 10]: needs one dimension" },
        { "dot-sizes", "dot: rhs has shape [3]: needs 784 values as in lhs [batch, 784]" },
        { "outer", "outer: lhs has shape [512, 10]: needs one dimension" },
        { "transpose", "transpose: the operand has shape [batch, 784]: needs two dimensions" },
        { "transpose-rank", "transpose: the operand has shape [512, 10]: needs 3 dimensions" },
        { "transpose-axis", "transpose: axis 2 is outside [512, 10]: choose 0 to 1 (the batch is not counted)" },
        { "transpose-twice", "transpose: axis 1 of [512, 10] is named twice: name each axis once" },
        { "batch-sum", "batch-sum: the operand has shape [512, 10]: needs a batch; use Sum for other dimensions" },
        { "labels", "softmax-cross-entropy: labels has shape [batch, 784]: needs [batch], one class index per sample" },
        { "linear", "linear: the input has shape [batch, 784]: needs 28 values in its last dimension" },
        { "constant", "constant: 2 values given for shape [3]: needs 3" },
        { "gradients", "gradients: the differentiated tensor has shape [512, 10]: needs one value, []; sum it first" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operation_NamesWhatWasSeenAndNeeded_WhenShapesDoNotFit(string name, string message)
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(784));
        var w = graph.Parameter("w", [512, 10], Zero);
        Func<object> build = name switch
        {
            "matmul" => () => x.MatMul(w),
            "matmul-batch" => () => x.MatMul(x),
            "matmul-scalar" => () => graph.Constant(1).MatMul(w),
            "add" => () => w + graph.Parameter("b", [784], Zero),
            "reshape" => () => w.Reshape(3, 4),
            "sum" => () => w.Sum(2),
            "sum-twice" => () => w.Sum(1, 1),
            "max" => () => x.Max(-1),
            "slice" => () => w.Slice(1, 3, 8),
            "slice-axis" => () => w.Slice(2, 0, 1),
            "pad" => () => x.Pad(1, 1, 1),
            "concatenate" => () => w.Concatenate(0, w.Transpose()),
            "batched-matmul" => () => x.Reshape(28, 28).MatMul(x.Reshape(14, 56)),
            "batched-vector" => () => x.MatMul(x.Reshape(14, 56)),
            "batched-leading" => () => w.Reshape(2, 256, 10).MatMul(graph.Parameter("c", [3, 10, 1], Zero)),
            "log-softmax" => () => graph.Constant(1).LogSoftmax(),
            "dot" => () => x.Dot(w),
            "dot-sizes" => () => x.Dot(graph.Constant([1, 2, 3], 3)),
            "outer" => () => w.Outer(x),
            "transpose" => () => x.Transpose(),
            "transpose-rank" => () => w.Transpose(0, 1, 2),
            "transpose-axis" => () => w.Transpose(0, 2),
            "transpose-twice" => () => w.Transpose(1, 1),
            "batch-sum" => () => w.BatchSum(),
            "labels" => () => x.SoftmaxCrossEntropy(x),
            "linear" => () => new Linear(28, 10).Apply(x),
            "constant" => () => graph.Constant([1, 2], 3),
            _ => () => graph.Gradients(w, [w]),
        };
        Assert.Equal(message, Assert.Throws<ShapeException>(build).Message);
    }

    [Fact]
    public void Parameter_IsRefused_WhenItsNameIsTaken()
    {
        var graph = new Graph();
        graph.Parameter("w", [1], Zero);
        var error = Assert.Throws<ArgumentException>(() => graph.Parameter("w", [1], Zero));
        Assert.Equal("graph: 'w' exists already; give each input and parameter its own name", error.Message);
    }

    [Fact]
    public void Operation_IsRefused_WhenItsOperandsBelongToDifferentGraphs()
    {
        var (one, other) = (new Graph(), new Graph());
        Assert.Throws<ArgumentException>(() => one.Constant(1) + other.Constant(1));
    }
}
