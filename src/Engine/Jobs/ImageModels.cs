using Distributed.Engine.Graphs;
using Distributed.Engine.Layers;

namespace Distributed.Engine.Jobs;

/// <summary>Models for images of [batch, height, width] or [batch, channels, height, width].</summary>
/// <remarks>Errors: ShapeException where images are too small for a model's windows.</remarks>
internal static class ImageModels
{
    /// <summary>
    /// Two 3×3 convolutions of 32 and 64 channels with ReLU, a 2×2 max pool, a hidden layer of 128 with ReLU.
    /// </summary>
    internal static Sequential Cnn(TensorShape images, int outputs)
    {
        var model = new Sequential
        {
            new AsImages(),
            new Conv2d(Channels(images), 32, 3), new ReLU(),
            new Conv2d(32, 64, 3), new ReLU(),
            new MaxPool2d(2), new Flatten(),
        };
        model.Add(new Linear(Features(model, images), 128));
        model.Add(new ReLU());
        model.Add(new Linear(128, outputs));
        return model;
    }

    /// <summary>
    /// LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition": 5×5
    /// convolutions of 6 and 16 channels, each with tanh and a 2×2 mean pool, then 120 and 84 with tanh.
    /// </summary>
    /// <remarks>Images smaller than 32 pixels are padded by 2 on each side, so 28×28 become 32×32 as there.</remarks>
    internal static Sequential LeNet5(TensorShape images, int outputs)
    {
        var weights = new XavierUniformInitializer();
        var padding = images.Dimensions[^1] < 32 || images.Dimensions[^2] < 32 ? 2 : 0;
        var model = new Sequential
        {
            new AsImages(),
            new Conv2d(Channels(images), 6, 5, padding: padding, weights: weights), new Tanh(), new AvgPool2d(2),
            new Conv2d(6, 16, 5, weights: weights), new Tanh(), new AvgPool2d(2), new Flatten(),
        };
        model.Add(new Linear(Features(model, images), 120, weights: weights));
        model.Add(new Tanh());
        model.Add(new Linear(120, 84, weights: weights));
        model.Add(new Tanh());
        model.Add(new Linear(84, outputs, weights: weights));
        return model;
    }

    /// <summary>
    /// The small residual networks of He, Zhang, Ren and Sun 2015, "Deep residual learning for image recognition",
    /// section 4.2: a 3×3 convolution, then three stages of so many blocks with 16, 32 and 64 channels, each later
    /// stage at half the size, the mean over all pixels, and a linear layer; 6·blocks + 2 layers. Batch normalisation
    /// follows each convolution.
    /// </summary>
    internal static Sequential ResNet(TensorShape images, int outputs, int blocks)
    {
        var model = new Sequential
        {
            new AsImages(), Filters(Channels(images), 16, 1), new BatchNorm(16), new ReLU(),
        };
        var channels = 16;
        foreach (var width in (int[])[16, 32, 64])
        {
            for (var block = 0; block < blocks; block++)
            {
                var stride = width > channels ? 2 : 1;
                model.Add(new Residual(new Sequential
                {
                    Filters(channels, width, stride), new BatchNorm(width), new ReLU(),
                    Filters(width, width, 1), new BatchNorm(width),
                }));
                model.Add(new ReLU());
                channels = width;
            }
        }

        model.Add(new GlobalAvgPool());
        model.Add(new Linear(channels, outputs));
        _ = Features(model, images);
        return model;
    }

    /// <summary>3×3 filters that keep the size, or halve it by their stride; the layer behind has a bias.</summary>
    private static Conv2d Filters(int channels, int filters, int stride) =>
        new(channels, filters, 3, stride, padding: 1, bias: false);

    private static int Channels(TensorShape images) => images.Rank == 3 ? images.Dimensions[0] : 1;

    /// <summary>What a model so far makes of such images, counted by building it once.</summary>
    private static int Features(Layer model, TensorShape images) =>
        model.Apply(new Graph().Input("images", images)).Shape.SampleLength;
}
