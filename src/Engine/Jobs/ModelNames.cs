using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;

namespace Distributed.Engine.Jobs;

/// <summary>The models that have a name.</summary>
/// <remarks>
/// linear: one linear layer. mlp:512,512: linear layers of these widths with ReLU behind each, then one to the outputs.
/// cnn, lenet5, resnet:BLOCKS: see <see cref="ImageModels"/>; they need images, with or without channels. The other
/// models flatten what they get.
/// </remarks>
internal static class ModelNames
{
    private const string Mlp = "mlp:";
    private const string ResNet = "resnet:";
    private const int LayersMax = 100;
    private const int WidthMax = 1_000_000;
    private const int BlocksMax = 50;

    /// <summary>Errors: UserErrorException for an unknown name and for data that do not fit.</summary>
    internal static Sequential Build(string name, DataSet data, int outputs)
    {
        Check(name);
        var shape = TensorShape.Batch([.. data.SampleShape]);
        if (name == "linear" || name.StartsWith(Mlp, StringComparison.Ordinal))
        {
            return Perceptron(HiddenWidths(name), data.FeatureCount, outputs);
        }

        if (shape.Rank is not (2 or 3))
        {
            throw new UserErrorException(
                $"--model '{name}' needs images: samples of {data.Name} have shape "
                + $"[{string.Join(", ", data.SampleShape)}]; choose linear, or mlp: with widths, as mlp:512,512");
        }

        try
        {
            return name switch
            {
                "cnn" => ImageModels.Cnn(shape, outputs),
                "lenet5" => ImageModels.LeNet5(shape, outputs),
                _ => ImageModels.ResNet(shape, outputs, Blocks(name)),
            };
        }
        catch (ShapeException misfit)
        {
            throw new UserErrorException($"--model '{name}' does not fit images of {shape}: {misfit.Message}");
        }
    }

    /// <summary>Errors: UserErrorException for a name that stands for no model.</summary>
    internal static void Check(string name)
    {
        if (name.StartsWith(ResNet, StringComparison.Ordinal))
        {
            _ = Blocks(name);
        }
        else if (name is not ("cnn" or "lenet5"))
        {
            _ = HiddenWidths(name);
        }
    }

    private static Sequential Perceptron(int[] widths, int inputs, int outputs)
    {
        var model = new Sequential { new Flatten() };
        foreach (var width in widths)
        {
            model.Add(new Linear(inputs, width));
            model.Add(new ReLU());
            inputs = width;
        }

        model.Add(new Linear(inputs, outputs));
        return model;
    }

    private static int Blocks(string name)
    {
        var given = name[ResNet.Length..];
        return int.TryParse(given, out var blocks) && blocks is >= 1 and <= BlocksMax
            ? blocks
            : throw new UserErrorException(
                $"--model '{name}': '{given}' is no number of blocks: choose 1 to {BlocksMax}, as resnet:1");
    }

    private static int[] HiddenWidths(string name)
    {
        if (name == "linear")
        {
            return [];
        }

        if (!name.StartsWith(Mlp, StringComparison.Ordinal))
        {
            throw new UserErrorException(
                $"--model '{name}' is unknown: choose linear, mlp: with widths as mlp:512,512, cnn, lenet5, resnet: "
                + "with blocks as resnet:1, or layers as [linear(64), relu, linear(10)]");
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
