using Distributed.Engine.Backends;
using Distributed.Engine.Graphs;

namespace Distributed.Examples;

/// <summary>Gradient descent, w ← w − rate·dL/dw, as part of the graph itself.</summary>
/// <remarks>What the trainer does with shards, leases and owners, for one thread and a graph of any form.</remarks>
internal sealed class Descent
{
    private readonly Tensor _loss;
    private readonly IReadOnlyList<Tensor> _learned;
    private readonly IReadOnlyList<Tensor> _next;

    /// <summary>Differentiates the loss and adds the updates.</summary>
    /// <param name="loss">One number.</param>
    /// <param name="rate">Per step.</param>
    /// <param name="learned">What is learned; all parameters where left out.</param>
    /// <param name="watched">More tensors to read after a step.</param>
    /// <param name="samples">Of the batch; 1 without.</param>
    /// <param name="seed">Decides how parameters start.</param>
    internal Descent(
        Tensor loss,
        float rate,
        IReadOnlyList<Tensor>? learned = null,
        IReadOnlyList<Tensor>? watched = null,
        int samples = 1,
        ulong seed = 0)
    {
        _loss = loss;
        _learned = learned ?? [.. loss.Graph.Parameters];
        var gradients = loss.Graph.Gradients(loss, _learned);
        _next = [.. _learned.Zip(gradients, (w, gradient) => w - (rate * gradient))];
        Run = new GraphRun([loss, .. _learned, .. _next, .. watched ?? []], samples, seed: seed);
    }

    /// <summary>To set inputs, and to read what is learned.</summary>
    internal GraphRun Run { get; }

    /// <summary>One step; the loss before it.</summary>
    internal float Step()
    {
        Run.Run();
        for (var i = 0; i < _learned.Count; i++)
        {
            Run.Set(_learned[i], Run.Get(_next[i]));
        }

        return Run.Get(_loss)[0];
    }
}
