using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;
using Distributed.Engine.Losses;
using Distributed.Engine.Plans;

namespace Distributed.Engine.Training;

/// <summary>
/// A model, the loss of its task, and the gradients to all parameters, as one graph. The loss is per sample; the
/// trainer adds samples up along the canonical tree and divides once by how many they are.
/// </summary>
/// <remarks>
/// Unless another loss is given, for classification softmax cross-entropy in nats, and 1 per hit; for regression the
/// squared error, so that the mean over the batch is the mean squared error.
/// </remarks>
public sealed class TrainingGraph
{
    public const string FeaturesName = "features";
    public const string TargetName = "target";
    public const string WeightName = "sample-weight";

    /// <summary>What the loss is called where messages name a layer.</summary>
    private const string LossLayer = "loss";

    /// <summary>Samples evaluated at once: enough for the kernels, little memory.</summary>
    private const int EvaluationSamples = 256;

    private readonly Tensor _loss;
    private readonly Tensor? _hit;

    /// <summary>Builds the graph of a model for data of this shape and task.</summary>
    /// <param name="model">From the samples' features to the loss's outputs.</param>
    /// <param name="data">What the inputs are shaped like. Where its samples have weights, losses are multiplied by
    /// them.</param>
    /// <param name="loss">Default that of the task.</param>
    /// <remarks>Errors: ShapeException where a layer does not fit or the outputs do not fit the task.</remarks>
    public TrainingGraph(Layer model, DataSet data, Loss? loss = null)
    {
        var (graph, isClasses) = (new Graph(), data.Task == TaskKind.Classification);
        Loss = loss ?? Loss.Default;
        var features = graph.Input(FeaturesName, TensorShape.Batch([.. data.SampleShape]));
        var output = model.Apply(features);
        var outputs = Loss.Outputs(data);
        CheckOutputs(output, outputs, !isClasses ? "targets" : outputs == 1 ? "output for two classes" : "classes");
        using (graph.Layer(LossLayer))
        {
            var target = graph.Input(
                TargetName, isClasses ? TensorShape.Batch() : TensorShape.Batch(data.TargetWidth));
            (_loss, _hit) = Loss.Of(output, target, data.Task);
            _loss = data.HasWeights ? _loss * graph.Input(WeightName, TensorShape.Batch()) : _loss;
        }

        Gradients = graph.Gradients(_loss.BatchSum(), graph.Parameters);
        CheckGradients(graph);
        Graph = graph;
        Layout = new ParameterLayout(graph);
    }

    public Graph Graph { get; }

    public Loss Loss { get; }

    public ParameterLayout Layout { get; }

    /// <summary>The gradients of the batch's summed loss, one per parameter, in their order.</summary>
    public IReadOnlyList<Tensor> Gradients { get; }

    /// <summary>True where samples are hits or misses.</summary>
    public bool CountsHits => _hit is not null;

    /// <summary>Loss and metric per sample and all gradients, as a sharded plan.</summary>
    /// <remarks>Units: stripFloats as in <see cref="Plan.Compile"/>.</remarks>
    public Plan TrainingPlan(int samplesMax, int stripFloats = int.MaxValue) =>
        Plan.Compile([_loss, .. Metrics(), .. Gradients], samplesMax, BatchMode.Sharded, stripFloats);

    /// <summary>Loss and metric per sample only, for a handful of micro-batches of this size at a time.</summary>
    public Plan EvaluationPlan(int microbatchSize) =>
        Plan.Compile([_loss, .. Metrics()], Math.Max(EvaluationSamples, microbatchSize), BatchMode.Sharded);

    /// <summary>
    /// Every parameter takes part in the loss, and its gradient is a sum over the batch and nothing more.
    /// </summary>
    private void CheckGradients(Graph graph)
    {
        for (var i = 0; i < Gradients.Count; i++)
        {
            var partials = Plan.Compile([Gradients[i]], 1, BatchMode.Sharded).Partials;
            if (partials.ResultLength != Gradients[i].Shape.SampleLength)
            {
                throw new ShapeException(
                    $"model: parameter '{graph.Parameters[i].Operation.Name}' does not act on the samples directly; "
                    + "data-parallel training needs its gradient to be a sum over samples");
            }
        }
    }

    private static void CheckOutputs(Tensor output, int needed, string what)
    {
        if (output.Shape.Rank != 1 || output.Shape.Dimensions[0] != needed)
        {
            throw new ShapeException(
                $"model: its output has shape {output.Shape}: the data have {needed} {what}, "
                + $"so needs [batch, {needed}]");
        }
    }

    private Tensor[] Metrics() => _hit is null ? [] : [_hit];
}
