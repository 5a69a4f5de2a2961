using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;

namespace Distributed.Engine.Tests.Layers;

public sealed class ActivationTests
{
    public static TheoryData<Layer, double[]> Cases => new()
    {
        { new LeakyReLU(), [-0.02, 0, 1] },
        { new LeakyReLU(0.5f), [-1, 0, 1] },
        { new Softplus(), [0.12692801104297252, 0.6931471805599453, 1.3132616875182228] },
        { new GELU(), [-0.045500263896358417, 0, 0.84134474606854293] },
        { new SiLU(), [-0.23840584404423515, 0, 0.7310585786300049] },
        { new Softmax(), [0.035119045, 0.259496465, 0.70538451] },
        { new LogSoftmax(), [-3.3490122, -1.3490122, -0.3490122] },
    };

    /// <summary>The values of each at −2, 0 and 1, computed in double precision apart from the engine.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Activation_GivesTheKnownValues(Layer layer, double[] expected)
    {
        var graph = new Graph();
        var y = layer.Apply(graph.Constant([-2, 0, 1], 3));
        var run = new GraphRun([y]);
        run.Run();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(expected[i], run.Get(y)[i], 2e-7);
        }
    }
}
