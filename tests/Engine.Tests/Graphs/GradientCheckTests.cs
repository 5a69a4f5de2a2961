using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;

namespace Distributed.Engine.Tests.Graphs;

public sealed class GradientCheckTests
{
    [Fact]
    public void Check_FindsNothing_WhenTheGradientIsRight()
    {
        var (loss, x) = Loss(x => (x * x).Sum());
        var check = new GradientCheck(loss, [x]);
        check.Set(x, 1, -2, 0.5);
        Assert.InRange(check.Run().Error, 0, 1e-9);
    }

    [Fact]
    public void Check_NamesTheWorstValue_WhenAGradientIsWrong()
    {
        // At a kink the rule takes one side's slope, the difference their mean: wrong at index 1 only.
        var (loss, x) = Loss(x => x.Relu().Sum());
        var check = new GradientCheck(loss, [x]);
        check.Set(x, 1, 0, -1);
        var report = check.Run();
        Assert.Equal(("x", 1, 0.0), (report.Leaf, report.Index, report.Analytic));
        Assert.Equal(0.5, report.Difference, 1e-9);
        Assert.Equal("x[1]: gradient 0, central difference 0.5, apart by 0.5", report.ToString());
    }

    [Fact]
    public void Run_RefusesATensorThatIsComputed()
    {
        var (loss, x) = Loss(x => x.Sum());
        var run = new DoubleRun([loss]);
        Assert.Throws<ArgumentException>(() => run.Set(loss, 1));
        Assert.Throws<ArgumentException>(() => run.Set(x, 1));
        Assert.Throws<ArgumentException>(() => run.Get(x));
    }

    private static (Tensor Loss, Tensor X) Loss(Func<Tensor, Tensor> build)
    {
        var x = new Graph().Parameter("x", [3], new ConstantInitializer());
        return (build(x), x);
    }
}
