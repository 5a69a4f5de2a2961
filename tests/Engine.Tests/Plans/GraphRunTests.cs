using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Tests.Plans;

public sealed class GraphRunTests
{
    private readonly Graph _graph = new();

    [Fact]
    public void Run_ComputesAnew_WhenValuesChange()
    {
        var p = _graph.Parameter("p", [2], new ConstantInitializer(3));
        var run = new GraphRun([p.Square()]);
        run.Run();
        Assert.Equal([9, 9], run.Get(OnlyOutput()).ToArray());
        run.Set(p, [1, 2]);
        run.Run();
        Assert.Equal([1, 4], run.Get(OnlyOutput()).ToArray());
    }

    [Fact]
    public void Set_SaysWhatIsNeeded_WhenTheTensorOrTheNumberOfValuesIsWrong()
    {
        var x = _graph.Input("x", TensorShape.Batch(2));
        var y = x.Exp();
        var run = new GraphRun([y], samples: 3);
        Assert.Equal(
            "run: 5 values for 'x[batch, 2]': needs 6 for 3 samples",
            Assert.Throws<ArgumentException>(() => run.Set(x, new float[5])).Message);
        Assert.Equal(
            "run: 'exp[batch, 2]' is computed; only inputs and parameters are set",
            Assert.Throws<ArgumentException>(() => run.Set(y, new float[6])).Message);
        Assert.Equal(
            "run: 'x[batch, 2]' is not among the outputs; ask for it when the run is made",
            Assert.Throws<ArgumentException>(() => run.Get(x).Length).Message);
    }

    [Fact]
    public void Run_GivesTheSameBits_WhateverTheMicrobatchesOfARowWiseGraph()
    {
        var x = _graph.Input("x", TensorShape.Batch(1));
        var outputs = new[] { 1, 2, 5 }.Select(size =>
        {
            var y = x.Tanh();
            var run = new GraphRun([y], samples: 5, microbatchSize: size);
            run.Set(x, [0.1f, 0.2f, 0.3f, 0.4f, 0.5f]);
            run.Run();
            return run.Get(y).ToArray();
        }).ToList();
        Assert.All(outputs, values => Assert.Equal(outputs[0], values));
    }

    private Tensor OnlyOutput() => _graph.Tensors[^1];
}
