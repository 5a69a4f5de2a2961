using Distributed.Engine.Backends.Cpu;
using Distributed.Engine.Graphs;
using Distributed.Engine.Memory;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Plans;

/// <summary>
/// Goal: a part that is told of is final. Method: after every stretch of a run the told parts are kept and compared
/// with what they are at its end; and nothing is told later than it could be.
/// </summary>
public sealed class ReadyPartsTests
{
    private const int Samples = 12;

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(9, false)]
    [InlineData(1, true)]
    [InlineData(4, true)]
    [InlineData(9, true)]
    public void Stops_TellOfPartsThatAreFinal_AndOfNoneTooLate(int count, bool isTied)
    {
        var plan = PlanOf(isTied);
        var parts = Parts(plan.Partials, count);
        var ready = ReadyParts.Of(plan, parts);
        var partials = new PartialSums(plan.Partials.Length, CanonicalTree.PiecesMax(Samples));
        partials.Buffer.Span.Fill(float.NaN);
        var range = MicrobatchRange.Whole(Samples, 3);
        var executable = Loaded(plan, partials);
        var told = new List<float[]>();
        var done = 0;
        foreach (var stop in ready.Stops)
        {
            executable.Run(range, done, stop.End - 1);
            Assert.True(told.Count == 0 || IsFinal(partials, parts[told.Count - 1]));
            Assert.False(
                stop.End > FirstResultEnd(plan) && IsFinal(partials, parts[told.Count]), "told a stretch too late");
            executable.Run(range, stop.End - 1, stop.End);
            for (done = stop.End; told.Count < stop.Parts;)
            {
                told.Add(Floats(partials, parts[told.Count]));
            }
        }

        Assert.Equal((count, plan.Instructions.Count), (told.Count, done));
        Assert.All(told.Zip(parts), part => Assert.Equal(part.First, Floats(partials, part.Second)));
        Assert.True(Finite.All(told.SelectMany(floats => floats).ToArray()));
    }

    [Fact]
    public void Stops_AreInStretches_WhenGradientsComeFromTheLastLayerToTheFirst()
    {
        var plan = PlanOf(isTied: false);
        var ready = ReadyParts.Of(plan, Parts(plan.Partials, 4));
        Assert.True(ready.Stops.Length > 1);
        Assert.InRange(ready.BeforeLast, 1, 3);
        Assert.True(ready.Stops[0].End >= FirstResultEnd(plan));
    }

    private static int FirstResultEnd(Plan plan) => 1 + Enumerable.Range(0, plan.Instructions.Count)
        .Last(i => plan.Instructions[i].Output == plan.Outputs[0]);

    /// <summary>Loss and gradients of two layers; tied ones are one matrix, used twice.</summary>
    private static Plan PlanOf(bool isTied)
    {
        var graph = new Graph();
        var x = graph.Input("x", TensorShape.Batch(5));
        var first = graph.Parameter("first", [5, 5], new HeUniformInitializer());
        var second = isTied ? first : graph.Parameter("second", [5, 5], new HeUniformInitializer());
        var output = x.MatMul(first).Tanh().MatMul(second).Tanh();
        var loss = (output * output).Sum(0);
        return Plan.Compile(
            [loss, .. graph.Gradients(loss.BatchSum(), graph.Parameters)], Samples, BatchMode.Sharded);
    }

    /// <summary>Equal parts from the end to the beginning, each with what is added to it.</summary>
    private static List<List<(int Offset, int Count)>> Parts(PartialLayout layout, int count) =>
        [.. Enumerable.Range(0, count).Select(part =>
        {
            var start = layout.ResultLength * (count - 1 - part) / count;
            var end = layout.ResultLength * (count - part) / count;
            var terms = layout.Terms.Select(term => (
                Offset: term.Offset + Math.Max(start, term.ResultOffset) - term.ResultOffset,
                Count: Math.Min(end, term.ResultOffset + term.Length) - Math.Max(start, term.ResultOffset)));
            return terms.Where(term => term.Count > 0).Prepend((start, end - start)).ToList();
        })];

    private static Backends.IExecutable Loaded(Plan plan, PartialSums partials)
    {
        var parameters = new AlignedBuffer(plan.Layout.Length);
        plan.Layout.Initialise(7, parameters);
        var executable = new CpuBackend().Load(plan, parameters, partials);
        var input = executable.Input(plan.Inputs["x"], MicrobatchRange.Whole(Samples, 1));
        for (var i = 0; i < input.Length; i++)
        {
            input[i] = ((i * 7) % 11) - 5;
        }

        return executable;
    }

    private static float[] Floats(PartialSums partials, List<(int Offset, int Count)> part)
    {
        var floats = new List<float>();
        foreach (var (offset, count) in part)
        {
            floats.AddRange(partials.Piece(0).Slice(offset, count).ToArray());
        }

        return [.. floats];
    }

    private static bool IsFinal(PartialSums partials, List<(int Offset, int Count)> part) =>
        Finite.All(Floats(partials, part));
}
