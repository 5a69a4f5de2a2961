using System.Xml.Linq;

namespace Distributed.Examples.Tests;

/// <summary>Every example runs, and what it checks at its end holds.</summary>
public sealed class ExampleTests
{
    public static TheoryData<string> Names => [.. ExampleCatalog.All.Select(example => example.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Example_GivesTheValuesOfItsRow(string name)
    {
        var folder = Directory.CreateTempSubdirectory("distributed-examples-").FullName;
        try
        {
            using var text = new StringWriter();
            var lesson = new Lesson(text, folder);
            ExampleCatalog.Find(name)!.Run(lesson);
            Assert.True(lesson.Wrong.Count == 0, text.ToString());
            Assert.True(lesson.Checks > 0, $"{name} checks nothing");
            foreach (var picture in Directory.GetFiles(folder))
            {
                Assert.Equal("svg", XDocument.Load(picture).Root!.Name.LocalName);
                Assert.Contains($"picture: {picture}", text.ToString(), StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Lesson_SaysWhatIsWrong_WhenAValueIsAnother()
    {
        using var text = new StringWriter();
        var lesson = new Lesson(text, "unused");
        lesson.Check("the answer", [42], [41], 0.5);
        Assert.Equal(["the answer: 41, not 42 within 0.5"], lesson.Wrong);
        Assert.Equal("WRONG: the answer: 41, not 42 within 0.5" + Environment.NewLine, text.ToString());
    }

    [Fact]
    public void Names_AreUnique() =>
        Assert.Equal(Names.Count, ExampleCatalog.All.Select(example => example.Name).Distinct().Count());
}
