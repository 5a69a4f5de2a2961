using Distributed.Engine.Errors;
using Distributed.Engine.Layers;

namespace Distributed.Engine.Jobs;

/// <summary>Something wrong with a model that is spelled out.</summary>
/// <param name="Path">
/// Where: the layer's number from 1, then, for something inside it, the argument's number from 0, then, for a layer of
/// its list, that one's number: 3, 3/0, 3/0/2.
/// </param>
/// <param name="Text">layer 3 'fc1': expects 9216 inputs, the layer before gives 12544.</param>
public sealed record LayerProblem(string Path, string Text);

/// <summary>Follows a model that is spelled out layer by layer, from the shape of a sample to its outputs.</summary>
public static class SpelledModel
{
    /// <summary>All that is wrong with it.</summary>
    /// <param name="layers">As they are spelled.</param>
    /// <param name="input">Sides of a sample; null where that is not known, so that shapes are followed from the first
    /// layer that says what it expects.</param>
    /// <remarks>
    /// Behind a layer with a problem nobody knows what comes in, so shapes are followed on from the next one that says
    /// it; what else is wrong there is told all the same.
    /// </remarks>
    public static IReadOnlyList<LayerProblem> Check(IReadOnlyList<LayerSpec> layers, IReadOnlyList<int>? input)
    {
        var problems = new List<LayerProblem>();
        new LayerFollower(problems).Follow(layers, input, LayerBlock.Model);
        return problems;
    }

    /// <summary>The model.</summary>
    /// <remarks>Errors: UserErrorException with a line for every problem.</remarks>
    public static Sequential Make(IReadOnlyList<LayerSpec> layers, IReadOnlyList<int> input)
    {
        var problems = new List<LayerProblem>();
        var (model, _) = new LayerFollower(problems).Follow(layers, input, LayerBlock.Model);
        return problems.Count == 0 ? model : throw new UserErrorException(
            string.Join('\n', problems.Select(problem => $"--model {problem.Text}")));
    }
}
