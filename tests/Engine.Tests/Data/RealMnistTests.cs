using Distributed.Engine.Data;

namespace Distributed.Engine.Tests.Data;

public sealed class RealMnistTests
{
    [MnistFact]
    public void Load_SplitsTheTestDigits_WhenOnlyTheyAreThere()
    {
        var (train, test) = DataCatalog.Load(new DataOptions { Source = "idx:" + MnistFactAttribute.Folder });
        Assert.Equal((8000, 2000, 10), (train.Count, test!.Count, train.ClassCount));
        Assert.Equal([28, 28], train.SampleShape);
        var counts = new int[10];
        var features = new float[784];
        var target = new float[1];
        var ink = 0d;
        foreach (var set in (DataSet[])[train, test])
        {
            for (var sample = 0; sample < set.Count; sample++)
            {
                set.ReadTarget(sample, target);
                counts[(int)target[0]]++;
                set.ReadFeatures(sample, features);
                ink += features.Sum();
            }
        }
        // Known of the 10,000 test digits: how many there are of each, and a mean pixel of 0.1325.
        Assert.Equal([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009], counts);
        Assert.Equal(0.1325, ink / (10_000 * 784), 5e-4);
    }
}
