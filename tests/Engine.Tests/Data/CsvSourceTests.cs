using System.Globalization;
using Distributed.Engine.Data;
using Distributed.Engine.Errors;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Engine.Tests.Data;

public sealed class CsvSourceTests
{
    [Fact]
    public void Load_ReadsFeaturesAndTargets_WhateverTheDialect()
    {
        string[] dialects =
        [
            "a,b,y\n1,2,0.5\n-3.5,4e1,7\n", "a;b;y\r\n1;2;0.5\r\n-3.5;4e1;7\r\n", "a\tb\ty\n1\t2\t0.5\n-3.5\t4e1\t7",
            "1,2,0.5\n-3.5,4e1,7\n", "\uFEFFa,b,y\n1,2,0.5\n-3.5,4e1,7\n", "\"a, " +
            "first\",b,y\n\"1\",2,0.5\n-3.5,\"4e1\",7\n",
            "\"a \"\"1\"\"\",\"b\nb\",y\n 1 , 2,0.5 \n-3.5,4e1,7\n",
        ];
        foreach (var text in dialects)
        {
            var rows = Rows(Load(text, new DataOptions { Holdout = 0.5 }));
            Assert.Equal(["-3.5 40 -> 7", "1 2 -> 0.5"], rows);
        }
    }

    [Theory]
    [InlineData(null, "1 2 -> 9.5")]
    [InlineData("y", "1 2 -> 9.5")]
    [InlineData("a", "2 9.5 -> 1")]
    [InlineData("1", "1 9.5 -> 2")]
    public void Load_PredictsTheColumnNamed_ByNameOrIndex(string? label, string row) =>
        Assert.Equal([row, row], Rows(Load("a,b,y\n1,2,9.5\n1,2,9.5\n",
            new DataOptions { Label = label, Task = TaskKind.Regression, Holdout = 0.5 })));

    [Theory]
    [InlineData("1,0\n2,1\n3,0\n4,1\n", "Classification 2")]
    [InlineData("1,1\n2,2\n3,3\n4,1\n5,2\n6,3\n", "Classification 4")]
    [InlineData("1,15\n2,30\n3,15\n4,30\n", "Regression 0")]
    [InlineData("1,0\n2,1\n3,2\n4,3\n", "Regression 0")]
    [InlineData("1,0\n2,1\n3,0\n4,1.5\n", "Regression 0")]
    [InlineData("1,-1\n2,1\n3,-1\n4,1\n", "Regression 0")]
    [InlineData("1,7\n2,7\n3,7\n4,7\n", "Regression 0")]
    [InlineData("1,cat\n2,dog\n3,cat\n4,Ant\n", "Classification 3 Ant cat dog")]
    [InlineData("x,y\n1,dog\n2,cat\n3,10\n", "Classification 3 10 cat dog")]
    [InlineData("1,y\n2,0\n3,1\n4,0\n5,1\n", "Classification 2")]
    public void Load_ReadsTheTaskOffTheLabels_WhenNoneIsGiven(string text, string task)
    {
        var set = Load(text, new DataOptions()).Train;
        Assert.Equal(task.Split(' ').Take(2), [set.Task.ToString(), set.ClassCount.ToString()]);
        if (task.Split(' ').Length > 2)
        {
            Assert.Equal(task.Split(' ').Skip(2), set.ClassNames);
        }
    }

    [Theory]
    [InlineData("1,0\n2,1\n3,0\n4,1\n", TaskKind.Regression, 0)]
    [InlineData("1,15\n2,30\n3,15\n", TaskKind.Classification, 31)]
    [InlineData("1,-1\n2,1\n3,-1\n", TaskKind.Classification, 2)]
    [InlineData("1,0.5\n2,1.5\n3,x\n", TaskKind.Classification, 3)]
    public void Load_FollowsTheTask_WhenItIsGiven(string text, TaskKind task, int classCount)
    {
        var set = Load(text, new DataOptions { Task = task }).Train;
        Assert.Equal((task, classCount), (set.Task, set.ClassCount));
    }

    [Fact]
    public void Load_MapsNamesInOrdinalOrder_WhenLabelsAreText() =>
        Assert.Equal(["1 -> 2", "2 -> 1", "3 -> 0"], Rows(Load("1,b\n2,a\n3,B\n", new DataOptions { Holdout = 0.4 })));

    public static TheoryData<string, DataOptions, string> Mistakes => new()
    {
        { "", new(), "F: is empty; bring a table of numbers" },
        { "1\n2\n", new(), "F: line 1 holds no comma, semicolon or tab; a table needs a feature and a label column" },
        { "1,5;2,5\n", new(), "F: line 1 holds both comma and semicolon; keep one separator, or quote the fields " +
            "that hold the other" },
        { "a,y\n", new(), "F: holds a header and no rows; bring a table with rows" },
        { "a,b,y\n1,2,3\n4,5\n", new(), "F: line 3 has 2 fields, line 1 has 3; give every row the same columns" },
        { "a,b,y\n1,2,3\n4,5,6,7\n", new(), "F: line 3 has 4 fields, line 1 has 3; give every row the same columns" },
        { "a,b,y\n1,2,3\n4,,6\n", new(), "F: line 3, column 2 (b) is empty; fill it in or delete the row" },
        { "1,,3\n4,5,6\n", new(), "F: line 1, column 2 is empty; fill it in or delete the row" },
        { "1,?,3\n4,5,6\n", new(), "F: line 1, column 2 is \"?\", which is no number; write one with a decimal point" },
        { "a,b,y\n1,2,3\n4,x5,6\n", new(), "F: line 3, column 2 (b) is \"x5\", which is no number; write one with " +
            "a decimal point" },
        { "a,b,y\n1,NaN,3\n", new(), "F: line 2, column 2 (b) is NaN; write a finite number or delete the row" },
        { "a,b,y\n1,-Infinity,3\n", new(), "F: line 2, column 2 (b) is -Infinity, beyond the largest 32-bit " +
            "number; rescale the column or delete the row" },
        { "a,b,y\n1,1e39,3\n", new(), "F: line 2, column 2 (b) is 1e39, beyond the largest 32-bit number; rescale " +
            "the column or delete the row" },
        { "a,y\n1,2\n\n3,4\n", new(), "F: line 3 is empty; delete it" },
        { "a,y\n1,2\n3,4\n\n", new(), "F: line 4 is empty; delete it" },
        { "a,y\n1,2\n3,\"4\n5,6\n", new(), "F: line 3, column 2 opens a quote that never closes; close it" },
        { "a,y\n1,2\n\"3\"4,5\n", new(), "F: line 3, column 1 has text after a closing quote; put the separator " +
            "there" },
        { "a,y\n1,2\n3\"4,5\n", new(), "F: line 3, column 1 has a quote inside an unquoted field; quote the whole " +
            "field and double the quotes in it" },
        { "a,y\n1,2\r3,4\n", new(), "F: line 2, column 2 has a carriage return that no line feed follows; save the " +
            "file with LF or CR LF" },
        { "\"a\na\",y\n1,2\nx,4\n", new(), "F: line 4, column 1 (a a) is \"x\", which is no number; write one with " +
            "a decimal point" },
        { "a,y\n1,0.5\n2,\n", new(), "F: line 3, column 2 (y) is empty; fill it in or delete the row" },
        { "a,y\n1,0.5\n2,cat\n", new(), "F: line 3, column 2 (y) is \"cat\", which is no number; write one with a " +
            "decimal point; choose --task classification if labels are names" },
        { "a,y\n1,cat\n2,dog\n", new() { Task = TaskKind.Regression }, "F: line 2, column 2 (y) is \"cat\", which " +
            "is no number; write one with a decimal point; choose --task classification if labels are names" },
        { "a,y\n1,0.5\n2,nan\n", new(), "F: line 3, column 2 (y) is nan; write a finite number or delete the row" },
        { "a,y\n1,0\n2,70000\n", new() { Task = TaskKind.Classification }, "F: line 3, column 2 (y) is class " +
            "70000, beyond the largest class 9999; number the classes from 0, or choose --task regression" },
        { "a,y\n1,2\n", new() { Label = "2" }, "--label 2 is no column of F: choose an index from 0 to 1 or a " +
            "column's name (default the last)" },
        { "age,size,y\n1,2,3\n", new() { Label = "sise" }, "--label sise is no column of F: did you mean size? " +
            "choose age, size, y" },
        { "1,2\n3,4\n", new() { Label = "y" }, "--label y is no column of F, which has no header; choose an index " +
            "from 0 to 1" },
        { "a,a,y\n1,2,3\n", new() { Label = "a" }, "--label a names columns 1 and 2 of F; give the index from 0 of " +
            "the one you mean" },
        { "a,y\n1,2\n", new(), "F: --holdout 0.2 of its 1 samples leaves no held-out sample; choose another " +
            "fraction or bring more samples" },
        { "a,y\n1,2\n3,4\n", new() { Holdout = 0.9 }, "F: --holdout 0.9 of its 2 samples leaves no training " +
            "sample; choose another fraction or bring more samples" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Load_SaysInOneLineWhatIsWrong_WhenTheTableIsWrong(string text, DataOptions options, string line)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("t.csv", text);
        var error = Assert.Throws<UserErrorException>(
            () => DataCatalog.Load(options with { Source = "csv:" + file }));
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(line, error.Message.Replace(file, "F", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_NamesTheFile_WhenItIsMissingAFolderOrNotUtf8()
    {
        using var folder = new TemporaryFolder();
        var bytes = folder.Write("bytes.csv", [.. "a,"u8, 0xFF, .. "\n1,2"u8]);
        string MistakeIn(string file) => Assert.Throws<UserErrorException>(
            () => DataCatalog.Load(new DataOptions { Source = "csv:" + file })).Message;
        Assert.Equal("/no.csv: there is no such file; --data csv:FILE needs a table of numbers", MistakeIn("/no.csv"));
        Assert.Equal($"{folder.Path}: there is no such file; --data csv:FILE needs a table of numbers",
            MistakeIn(folder.Path));
        Assert.Equal($"{bytes}: after line 1 come bytes that are not UTF-8; save the file as UTF-8 text",
            MistakeIn(bytes));
    }

    // Rows long enough to cross the reader's buffer many times, quoted or not, against what was written.
    [Fact]
    public void Load_ReadsBackWhatWasWritten_ForAnyNumbers() =>
        Check.QuickThrowOnFailure(Prop.ForAll<NormalFloat[], byte, bool>((drawn, width, quoted) =>
        {
            var columns = 2 + width % 7;
            float[] cells = [.. drawn.Select(value => (float)value.Get).Where(float.IsFinite), 0.5f, -2f];
            var count = 2 + cells.Length;
            var quote = quoted ? "\"" : "";
            string Cell(int i) => quote + cells[i % cells.Length].ToString("R", CultureInfo.InvariantCulture) + quote;
            var lines = Enumerable.Range(0, count).Select(row => string.Join(';',
                Enumerable.Range(0, columns).Select(column => Cell(row * columns + column)))).ToList();
            var split = Load(string.Join("\r\n", lines), new DataOptions { Task = TaskKind.Regression, Holdout = 0.5 });
            var expected = lines.Select(line => line.Replace("\"", "", StringComparison.Ordinal).Split(';'))
                .Select(fields => string.Join(' ', fields[..^1]) + " -> " + fields[^1]).Order(StringComparer.Ordinal);
            Assert.Equal(expected, Rows(split));
        }));

    [Fact]
    public void Load_ReadsLongTables_AcrossBuffers()
    {
        var lines = Enumerable.Range(0, 30_000).Select(row => $"{row},\"{row / 8f}\",{row * 2}");
        var split = Load("a,b,y\n" + string.Join('\n', lines), new DataOptions());
        Assert.Equal((24_000, 6_000), (split.Train.Count, split.Test!.Count));
        var rows = Enumerable.Range(0, 30_000).Select(row => $"{row} {row / 8f} -> {row * 2}");
        Assert.Equal(rows.Order(StringComparer.Ordinal), Rows(split));
    }

    [Fact]
    public void Load_StandardizesByTheTrainingPart_WhenAsked()
    {
        var lines = Enumerable.Range(0, 50).Select(row => $"{row * row},0.1,{-3 * row},{row * 0.5}");
        var text = "a,constant,b,y\n" + string.Join('\n', lines);
        var options = new DataOptions { Standardize = true, Seed = 4 };
        var (train, test) = Load(text, options);
        var (rawTrain, rawTest) = Load(text, options with { Standardize = false });
        for (var column = 0; column < 3; column++)
        {
            var raw = Column(rawTrain, column);
            var mean = raw.Average();
            var deviation = Math.Sqrt(raw.Average(value => (value - mean) * (value - mean)));
            double Expected(double value) => column == 1 ? 0 : (value - mean) / deviation;
            Assert.All(raw.Zip(Column(train, column)), pair => Assert.Equal(Expected(pair.First), pair.Second, 1e-6));
            Assert.All(Column(rawTest!, column).Zip(Column(test!, column)),
                pair => Assert.Equal(Expected(pair.First), pair.Second, 1e-5));
        }
        Assert.All(Column(train, 1).Concat(Column(test!, 1)), value => Assert.Equal(0d, value));
        Assert.NotEqual(rawTrain.ContentHash, train.ContentHash);
        Assert.Equal(train.ContentHash, Load(text, options).Train.ContentHash);
        var target = new float[1];
        test!.ReadTarget(0, target);
        Assert.Equal(target[0] * 2, MathF.Floor(target[0] * 2));
    }

    private static DataSplit Load(string text, DataOptions options)
    {
        using var folder = new TemporaryFolder();
        return DataCatalog.Load(options with { Source = "csv:" + folder.Write("t.csv", text) });
    }

    private static double[] Column(DataSet set, int column)
    {
        var row = new float[set.FeatureCount];
        return [.. Enumerable.Range(0, set.Count).Select(sample =>
        {
            set.ReadFeatures(sample, row);
            return (double)row[column];
        })];
    }

    /// <summary>Both parts' samples as text, sorted.</summary>
    private static List<string> Rows(DataSplit split)
    {
        var rows = new List<string>();
        foreach (var set in (DataSet[])[split.Train, split.Test!])
        {
            var features = new float[set.FeatureCount];
            var target = new float[1];
            for (var sample = 0; sample < set.Count; sample++)
            {
                set.ReadFeatures(sample, features);
                set.ReadTarget(sample, target);
                rows.Add($"{string.Join(' ', features)} -> {target[0]}");
            }
        }
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }
}
