using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Layers;
using Distributed.Engine.Optimizers;

namespace Distributed.Engine.Jobs;

/// <summary>Models and optimizers by name.</summary>
public static class Catalog
{
    private const int LayersMax = 100;
    private const int WidthMax = 1_000_000;

    /// <summary>The model of this name for data of this shape.</summary>
    /// <remarks>
    /// mlp:512,512 is linear layers of these widths with ReLU behind each, then a linear layer to the outputs;
    /// linear is that last layer alone. Images are flattened first.
    /// Errors: UserErrorException naming what was given and what there is.
    /// </remarks>
    public static Sequential Model(string name, DataSet data)
    {
        var model = new Sequential { new Flatten() };
        var inputs = data.FeatureCount;
        foreach (var width in HiddenWidths(name))
        {
            model.Add(new Linear(inputs, width));
            model.Add(new ReLU());
            inputs = width;
        }

        model.Add(new Linear(inputs, data.Task == TaskKind.Classification ? data.ClassCount : data.TargetWidth));
        return model;
    }

    /// <summary>The job's optimizer with its schedule and regularisation.</summary>
    /// <remarks>Errors: UserErrorException naming what there is.</remarks>
    public static Optimizer Optimizer(Job job) => OptimizerCatalog.Of(job);

    /// <summary>Checks a model's name without data to build it for.</summary>
    /// <remarks>Errors: UserErrorException as for <see cref="Model"/>.</remarks>
    public static void CheckModel(string name) => _ = HiddenWidths(name);

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
                $"--model '{name}' is unknown: choose linear, or mlp: with widths, as mlp:512,512");
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
