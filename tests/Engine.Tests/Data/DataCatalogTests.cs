using Distributed.Engine.Data;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Tests.Data;

public sealed class DataCatalogTests
{
    [Fact]
    public void Load_GivesDigits_ByDefault()
    {
        var (train, test) = DataCatalog.Load(new DataOptions());
        Assert.Equal((20_000, 4_000), (train.Count, test!.Count));
        Assert.Equal([28, 28], train.SampleShape);
        Assert.Equal((TaskKind.Classification, 10, 1), (train.Task, train.ClassCount, train.TargetWidth));
        Assert.NotEqual(train.ContentHash, test.ContentHash);
    }

    [Fact]
    public void Load_DrawsTheCountsAskedFor_WhenTheyAreGiven()
    {
        Assert.Null(DataCatalog.Load(new DataOptions { TrainCount = 5, TestCount = 0 }).Test);
        var split = DataCatalog.Load(new DataOptions { TrainCount = 5, TestCount = 3, Seed = 8 });
        Assert.Equal((5, 3), (split.Train.Count, split.Test!.Count));
    }

    public static TheoryData<DataOptions, string> Mistakes => new()
    {
        { new() { Source = "digit" }, "--data digit is unknown: did you mean digits? choose digits, idx:DIR or " +
            "csv:FILE" },
        { new() { Source = "Digits" }, "--data Digits is unknown: did you mean digits? choose digits, idx:DIR or " +
            "csv:FILE" },
        { new() { Source = "cvs:a" }, "--data cvs:a is unknown: choose digits, idx:DIR or csv:FILE" },
        { new() { Source = "csx:a" }, "--data csx:a is unknown: did you mean csv:? choose digits, idx:DIR or " +
            "csv:FILE" },
        { new() { Source = "imagenet" }, "--data imagenet is unknown: choose digits, idx:DIR or csv:FILE" },
        { new() { Source = "" }, "--data  is unknown: choose digits, idx:DIR or csv:FILE" },
        { new() { Source = "/" }, "--data / is a folder without its kind: write idx:/, or choose digits, idx:DIR " +
            "or csv:FILE" },
        { new() { Source = "idx:" }, "--data idx: names no folder; write idx:DIR, the folder of the IDX files" },
        { new() { Source = "csv:" }, "--data csv: names no file; write csv:FILE, a table of numbers" },
        { new() { Label = "y" }, "--label does not apply to --data digits: digits always come with their class; " +
            "leave --label out" },
        { new() { Task = TaskKind.Regression }, "--task does not apply to --data digits: digits always come with " +
            "their class; leave --task out" },
        { new() { Standardize = true }, "--standardize does not apply to --data digits: pixels are already scaled " +
            "to 0 to 1; leave --standardize out" },
        { new() { Holdout = 0.1 }, "--holdout does not apply to --data digits: the held-out digits are drawn " +
            "apart; set --test-count; leave --holdout out" },
        { new() { TrainCount = 0 }, "--train-count 0 is out of range: choose 1 to 1000000 (default 20000)" },
        { new() { TestCount = -1 }, "--test-count -1 is out of range: choose 0 to 1000000 (default 4000)" },
        { new() { TrainCount = 2_000_000 }, "--train-count 2000000 is out of range: choose 1 to 1000000 (default " +
            "20000)" },
        { new() { Source = "idx:x", Label = "y" }, "--label does not apply to --data idx:DIR: the label files say " +
            "what to predict; leave --label out" },
        { new() { Source = "idx:x", TrainCount = 1 }, "--train-count does not apply to --data idx:DIR: all samples " +
            "of the files are used; leave --train-count out" },
        { new() { Source = "csv:x", TestCount = 1 }, "--test-count does not apply to --data csv:FILE: set " +
            "--holdout, the fraction held out; leave --test-count out" },
        { new() { Source = "idx:x", Holdout = 0 }, "--holdout 0 is out of range: choose a fraction above 0 and " +
            "below 1 (default 0.2)" },
        { new() { Source = "csv:x", Holdout = 1 }, "--holdout 1 is out of range: choose a fraction above 0 and " +
            "below 1 (default 0.2)" },
        { new() { Source = "csv:x", Holdout = -0.5 }, "--holdout -0.5 is out of range: choose a fraction above 0 " +
            "and below 1 (default 0.2)" },
        { new() { Source = "csv:x", Holdout = double.NaN }, "--holdout NaN is out of range: choose a fraction " +
            "above 0 and below 1 (default 0.2)" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Load_SaysInOneLineWhatIsWrong_WhenOptionsAreWrong(DataOptions options, string line) =>
        Assert.Equal(line, Assert.Throws<UserErrorException>(() => DataCatalog.Load(options)).Message);

    [Fact]
    public void Load_NamesTheKind_WhenTheSourceIsAFileByItself()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("a.csv", "1,2\n");
        var error = Assert.Throws<UserErrorException>(() => DataCatalog.Load(new DataOptions { Source = file }));
        Assert.Equal($"--data {file} is a file without its kind: write csv:{file}, or choose {DataCatalog.Choices}",
            error.Message);
    }
}
