using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Layers;
using Distributed.Engine.Optimizers;

namespace Distributed.Engine.Jobs;

/// <summary>Models and optimizers by name.</summary>
public static class Catalog
{
    /// <summary>The model of this name for data of this shape.</summary>
    /// <remarks>
    /// Names as in <see cref="ModelNames"/>.
    /// Errors: UserErrorException naming what was given and what there is, and data that do not fit the model.
    /// </remarks>
    public static Sequential Model(string name, DataSet data) => ModelNames.Build(name, data);

    /// <summary>The optimizer of this name.</summary>
    /// <remarks>Errors: UserErrorException naming what there is.</remarks>
    public static Optimizer Optimizer(string name, float learningRate) => name switch
    {
        "sgd" => new Sgd(learningRate),
        "momentum" => new Momentum(learningRate),
        _ => throw new UserErrorException($"--optimizer '{name}' is unknown: choose sgd or momentum"),
    };

    /// <summary>Checks a model's name without data to build it for.</summary>
    /// <remarks>Errors: UserErrorException as for <see cref="Model"/>.</remarks>
    public static void CheckModel(string name) => ModelNames.Check(name);
}
