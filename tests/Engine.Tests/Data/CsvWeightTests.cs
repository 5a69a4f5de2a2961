using Distributed.Engine.Data;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Tests.Data;

/// <summary>The column of a table that says how much its rows count.</summary>
public sealed class CsvWeightTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("a,w,y\n1,0.5,7\n1,0.5,7\n", "w", null)]
    [InlineData("a,y,w\n1,7,0.5\n1,7,0.5\n", "w", null)]
    [InlineData("a,y,w\n1,7,0.5\n1,7,0.5\n", "2", null)]
    [InlineData("w,y,a\n0.5,7,1\n0.5,7,1\n", "w", "y")]
    [InlineData("1,7,0.5\n1,7,0.5\n", "2", "1")]
    public void Load_TakesTheColumnAsWeight_AndNotAsFeature(string text, string weight, string? label)
    {
        var data = Load(text, weight, label);
        Assert.All([data.Train, data.Test!], part =>
        {
            var (x, t) = (new float[1], new float[1]);
            part.ReadFeatures(0, x);
            part.ReadTarget(0, t);
            Assert.True(part.HasWeights);
            Assert.Equal((1f, 7f, 0.5f), (x[0], t[0], part.Weight(0)));
        });
    }

    [Fact]
    public void Load_KeepsTheWeights_WhenFeaturesAreStandardised()
    {
        var rows = Enumerable.Range(0, 20).Select(row => $"{row},{row * 2},{row * 0.5}");
        var data = Load("a,y,w\n" + string.Join('\n', rows), "w", null, standardize: true);
        var t = new float[1];
        for (var sample = 0; sample < data.Train.Count; sample++)
        {
            data.Train.ReadTarget(sample, t);
            Assert.Equal(t[0] / 4, data.Train.Weight(sample));
        }
    }

    [Fact]
    public void Identity_CountsTheWeights_AndIsAsBeforeWithoutThem()
    {
        float[] x = [1, 2], y = [3, 4];
        string[] hashes =
        [
            new TableSet("t", 1, x, y, 0).ContentHash, new TableSet("t", 1, x, y, 0, null, [1, 1]).ContentHash,
            new TableSet("t", 1, x, y, 0, null, [1, 2]).ContentHash,
        ];
        Assert.Equal(3, hashes.Distinct().Count());
        Assert.Equal(hashes[2], new TableSet("u", 1, x, y, 0, null, [1, 2]).ContentHash);
    }

    [Theory]
    [InlineData("a,w,y\n1,-2,7\n", "w", null,
        "FILE: line 2, column 2 (w) is -2; a sample's weight is 0 or more, so change it or delete the row")]
    [InlineData("a,w,y\n1,x,7\n", "w", null,
        "FILE: line 2, column 2 (w) is \"x\", which is no number; write one with a decimal point")]
    [InlineData("a,w,y\n1,0,7\n2,0,8\n", "w", null,
        "FILE: column 2 (w) is 0 in every row, so no row counts; choose another --sample-weight or leave it out")]
    [InlineData("a,weight,y\n1,1,7\n", "wieght", null,
        "--sample-weight wieght is no column of FILE: did you mean weight? choose a, weight, y")]
    [InlineData("a,w,y\n1,1,7\n", "3", null,
        "--sample-weight 3 is no column of FILE: choose an index from 0 to 2 or a column's name")]
    [InlineData("a,w,y\n1,1,7\n", "y", "y",
        "--sample-weight y is the column of FILE to predict, too: choose another --label or another --sample-weight")]
    [InlineData("y,w\n1,1\n", "w", null,
        "--sample-weight w leaves FILE no feature: a table needs a feature column beside label and weight")]
    public void Load_SaysWhatIsWrong_WithWeights(string text, string weight, string? label, string message)
    {
        var error = Assert.Throws<UserErrorException>(() => Load(text, weight, label));
        Assert.Equal(message, error.Message.Replace(PathOfTable, "FILE", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private string PathOfTable => Path.Combine(_folder.Path, "table.csv");

    private DataSplit Load(string text, string weight, string? label, bool standardize = false)
    {
        File.WriteAllText(PathOfTable, text);
        return DataCatalog.Load(new DataOptions
        {
            Source = $"csv:{PathOfTable}",
            SampleWeight = weight,
            Label = label,
            Task = TaskKind.Regression,
            Holdout = 0.5,
            Standardize = standardize,
        });
    }
}
