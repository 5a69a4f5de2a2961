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
    /// <summary>The model of this name for data of this shape.</summary>
    /// <remarks>
    /// [flatten, linear(64), relu, linear(10)] is those layers; see <see cref="LayerCatalog"/>. Other names are as in
    /// <see cref="ModelNames"/>, with as many outputs as the loss needs.
    /// Errors: UserErrorException naming what was given and what there is, and data that do not fit the model.
    /// </remarks>
    public static Sequential Model(string name, DataSet data, Loss? loss = null) => LayerSpec.IsList(name)
        ? SpelledModel.Make(LayerSpec.ReadList(name), data.SampleShape)
        : ModelNames.Build(name, data, (loss ?? Loss.Default).Outputs(data));

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
        catch (ShapeException error) when (model is null)
        {
            var what = error.Message.Replace("model: ", "", StringComparison.Ordinal);
            throw new UserErrorException($"--model does not fit the data: {what}");
        }
        catch (OverflowException) when (model is null)
        {
            throw new UserErrorException(
                "--model does not fit the data: it has more values than one tensor may hold, "
                + $"{int.MaxValue}: choose smaller sizes");
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
            : OptimizerCatalog.ScheduleOf(job).Watches is not null ? $"--schedule '{job.Schedule}'"
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
            ModelNames.Check(name);
            return;
        }

        var problems = SpelledModel.Check(LayerSpec.ReadList(name), null);
        if (problems.Count > 0)
        {
            throw new UserErrorException(
                string.Join('\n', problems.Select(problem => $"--model {problem.Text}")));
        }
    }
}
