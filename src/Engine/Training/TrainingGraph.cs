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

    /// <summary>What a run may write, if it can: 4 MB, a core's share of the last cache.</summary>
    private const int RunFloats = 1024 * 1024;

    /// <summary>Floats that a run writes for each that it only passes over.</summary>
    private const int RunFloatsPerFloat = 8;

    private readonly Outputs _training;
    private readonly Outputs _evaluation;

    /// <summary>Builds the graphs of a model for data of this shape and task: one to train, one to evaluate.</summary>
    /// <param name="model">From the samples' features to the loss's outputs.</param>
    /// <param name="data">What the inputs are shaped like. Where its samples have weights, losses are multiplied by
    /// them.</param>
    /// <param name="loss">Default that of the task.</param>
    /// <remarks>Errors: ShapeException where a layer does not fit or the outputs do not fit the task.</remarks>
    public TrainingGraph(Layer model, DataSet data, Loss? loss = null)
    {
        Loss = loss ?? Loss.Default;
        Graph = new Graph();
        _training = Build(Graph, model, data, Loss);
        _evaluation = Build(new Graph(training: false), model, data, Loss);
        Gradients = Changes(Graph, _training.Loss.BatchSum());
        CheckGradients(Graph);
        CheckWeights(Graph, data);
        Layout = new ParameterLayout(Graph);
        CheckSameParameters(Layout, new ParameterLayout(_evaluation.Loss.Graph));
    }

    public Graph Graph { get; }

    public Loss Loss { get; }

    public ParameterLayout Layout { get; }

    /// <summary>
    /// The gradients of the batch's summed loss, one per parameter, in their order; for a statistic the sum over the
    /// batch of what is observed.
    /// </summary>
    public IReadOnlyList<Tensor> Gradients { get; }

    /// <summary>True where samples are hits or misses.</summary>
    public bool CountsHits => _training.Hit is not null;

    /// <summary>Loss and metric per sample and all gradients, as a sharded plan.</summary>
    /// <remarks>Units: stripFloats and jointSamples as in <see cref="Plan.Compile"/>.</remarks>
    public Plan TrainingPlan(int samplesMax, int stripFloats = int.MaxValue, int jointSamples = 0) =>
        Plan.Compile([.. _training.All, .. Gradients], samplesMax, BatchMode.Sharded, stripFloats, jointSamples);

    /// <summary>
    /// The same for shards of at most so many samples, to be run some micro-batches after the others where what is
    /// computed of all of them is more than caches keep.
    /// </summary>
    /// <remarks>
    /// Units: samples; stripFloats as in <see cref="Plan.Compile"/>. Every run reads all parameters and adds to all
    /// sums, so of a model with many of them, or little to compute of a sample, it takes more micro-batches at a time.
    /// </remarks>
    public Plan ShardPlan(int shardMax, int microbatchSize, int stripFloats = int.MaxValue, int jointSamples = 0)
    {
        var one = TrainingPlan(microbatchSize, stripFloats, jointSamples);
        var perSample = one.ArenaLength / microbatchSize;
        var passedOver = (double)one.Layout.Length + one.Partials.Length;
        long samples = microbatchSize;
        while (samples < shardMax
            && (2 * samples * perSample <= RunFloats || samples * perSample < RunFloatsPerFloat * passedOver))
        {
            samples *= 2;
        }

        return TrainingPlan((int)Math.Min(samples, shardMax), stripFloats, jointSamples);
    }

    /// <summary>Loss and metric per sample only, for a handful of micro-batches of this size at a time.</summary>
    public Plan EvaluationPlan(int microbatchSize) =>
        Plan.Compile([.. _evaluation.All], Math.Max(EvaluationSamples, microbatchSize), BatchMode.Sharded);

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

    /// <summary>A statistic is a mean over samples, and there is one divisor: the total weight.</summary>
    private static void CheckWeights(Graph graph, DataSet data)
    {
        if (data.HasWeights && graph.Parameters.FirstOrDefault(one => graph.Observed(one) is not null) is { } statistic)
        {
            throw new ShapeException(
                $"model: '{statistic.Operation.Name}' is a statistic of samples that count alike, and these have "
                + "weights; leave the weights out, or take a layer without statistics");
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

    private static Outputs Build(Graph graph, Layer model, DataSet data, Loss loss)
    {
        var isClasses = data.Task == TaskKind.Classification;
        var features = graph.Input(FeaturesName, TensorShape.Batch([.. data.SampleShape]));
        var output = model.Apply(features);
        var outputs = loss.Outputs(data);
        CheckOutputs(output, outputs, !isClasses ? "targets" : outputs == 1 ? "output for two classes" : "classes");
        using var scope = graph.Layer(LossLayer);
        var target = graph.Input(TargetName, isClasses ? TensorShape.Batch() : TensorShape.Batch(data.TargetWidth));
        var (value, hit) = loss.Of(output, target, data.Task);
        return new Outputs(
            data.HasWeights ? value * graph.Input(WeightName, TensorShape.Batch()) : value, hit);
    }

    /// <summary>What changes each parameter: the loss, or what a statistic observes.</summary>
    private static Tensor[] Changes(Graph graph, Tensor loss)
    {
        var gradients = graph.Gradients(loss, [.. graph.Parameters.Where(IsTrained)]);
        var next = 0;
        return [.. graph.Parameters.Select(
            parameter => IsTrained(parameter) ? gradients[next++] : graph.Observed(parameter)!.BatchSum())];

        bool IsTrained(Tensor parameter) => graph.Observed(parameter) is null;
    }

    /// <summary>Both graphs read one flat buffer.</summary>
    private static void CheckSameParameters(ParameterLayout training, ParameterLayout evaluation)
    {
        static IEnumerable<string> Named(ParameterLayout layout) =>
            layout.Slots.Select(slot => $"{slot.Name}{slot.Shape}");

        if (!Named(training).SequenceEqual(Named(evaluation)))
        {
            throw new ArgumentException(
                $"model: it has the parameters {string.Join(", ", Named(training))} when it is trained and "
                + $"{string.Join(", ", Named(evaluation))} when it is used; they must be the same");
        }
    }

    /// <summary>What a run is asked for, per sample.</summary>
    private sealed record Outputs(Tensor Loss, Tensor? Hit)
    {
        internal Tensor[] All => Hit is null ? [Loss] : [Loss, Hit];
    }
}
