using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Layers;
using Distributed.Engine.Losses;
using Distributed.Engine.Optimizers;
using Distributed.Engine.Training;

namespace Distributed.Engine.Jobs;

/// <summary>Models and optimizers by name.</summary>
public static class Catalog
{
    private const int LayersMax = 100;
    private const int WidthMax = 1_000_000;

    /// <summary>The model of this name for data of this shape.</summary>
    /// <remarks>
    /// [flatten, linear(64), relu, linear(10)] is those layers; see <see cref="LayerCatalog"/>. mlp:512,512 is linear
    /// layers of these widths with ReLU behind each, then a linear layer to the outputs of the loss; linear is that
    /// last layer alone. For both of these images are flattened first.
    /// Errors: UserErrorException naming what was given and what there is.
    /// </remarks>
    public static Sequential Model(string name, DataSet data, Loss? loss = null)
    {
        if (LayerSpec.IsList(name))
        {
            return SpelledModel.Make(LayerSpec.ReadList(name), data.SampleShape);
        }

        var model = new Sequential { new Flatten() };
        var inputs = data.FeatureCount;
        foreach (var width in HiddenWidths(name))
        {
            model.Add(new Linear(inputs, width));
            model.Add(new ReLU());
            inputs = width;
        }

        model.Add(new Linear(inputs, (loss ?? Loss.Default).Outputs(data)));
        return model;
    }

    /// <summary>The job's model with its loss and all gradients.</summary>
    /// <param name="model">Takes the place of the one that the job names.</param>
    /// <remarks>Errors: UserErrorException or ShapeException where they do not fit the data.</remarks>
    public static TrainingGraph Graph(Job job, DataSet data, Layer? model = null)
    {
        var loss = LossCatalog.Of(job);
        try
        {
            return new TrainingGraph(model ?? Model(job.Model, data, loss), data, loss);
        }
        catch (ShapeException error) when (LayerSpec.IsList(job.Model))
        {
            throw new UserErrorException($"--{error.Message.Replace("model: ", "model ", StringComparison.Ordinal)}");
        }
    }

    /// <summary>The job's optimizer with its schedule and regularisation.</summary>
    /// <remarks>Errors: UserErrorException naming what there is.</remarks>
    public static Optimizer Optimizer(Job job) => OptimizerCatalog.Of(job);

    /// <summary>Checks that there are held-out samples where the job goes by their loss.</summary>
    /// <remarks>Errors: UserErrorException naming the option that needs them.</remarks>
    public static void CheckHeldOut(Job job, DataSplit data)
    {
        var option = job.EarlyStop is { } epochs ? $"--early-stop {epochs}"
            : Optimizer(job).Schedule.Watches is not null ? $"--schedule '{job.Schedule}'"
            : null;
        if (option is not null && data.Test is null)
        {
            throw new UserErrorException(
                $"{option} goes by the held-out loss, and nothing is held out of {job.Data}: add --holdout 0.2");
        }
    }

    /// <summary>Checks a model's name without data to build it for.</summary>
    /// <remarks>Errors: UserErrorException as for <see cref="Model"/>.</remarks>
    public static void CheckModel(string name)
    {
        if (!LayerSpec.IsList(name))
        {
            _ = HiddenWidths(name);
            return;
        }

        var problems = SpelledModel.Check(LayerSpec.ReadList(name), null)
            .Where(found => !IsOfShape(found.Problem)).Select(found => $"--model {found.Problem}").ToList();
        if (problems.Count > 0)
        {
            throw new UserErrorException(string.Join('\n', problems));
        }

        static bool IsOfShape(string problem) => problem.Contains("nobody knows yet", StringComparison.Ordinal);
    }

    private static int[] HiddenWidths(string name)
    {
        if (name == "linear")
        {
            return [];
        }

        const string Mlp = "mlp:";
        if (!name.StartsWith(Mlp, StringComparison.Ordinal))
        {
            throw new UserErrorException(
                $"--model '{name}' is unknown: choose linear, mlp: with widths, as mlp:512,512, or layers, as "
                + "[linear(64), relu, linear(10)]");
        }

        var parts = name[Mlp.Length..].Split(',');
        if (parts.Length > LayersMax)
        {
            throw new UserErrorException($"--model mlp has {parts.Length} hidden layers: choose at most {LayersMax}");
        }

        return [.. parts.Select(part => int.TryParse(part, out var width) && width is >= 1 and <= WidthMax
            ? width
            : throw new UserErrorException(
                $"--model '{name}': '{part}' is no layer width: choose whole numbers from 1 to {WidthMax}, "
                + "as mlp:512,512"))];
    }
}
