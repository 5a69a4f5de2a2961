namespace Distributed.Examples;

/// <summary>Where an example tells what it does: lines of text, pictures, and checks of its own results.</summary>
/// <param name="text">Takes the lines.</param>
/// <param name="folder">Takes the pictures; made when the first is drawn.</param>
public sealed class Lesson(TextWriter text, string folder)
{
    private readonly List<string> _wrong = [];

    /// <summary>How many checks were made.</summary>
    public int Checks { get; private set; }

    /// <summary>The checks that did not hold.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    public void Say(string line = "") => text.WriteLine(line);

    /// <summary>Writes a picture and says where.</summary>
    public void Picture(string file, string svg)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, file);
        File.WriteAllText(path, svg);
        text.WriteLine($"picture: {path}");
    }

    /// <summary>Says whether something holds.</summary>
    public void Check(string what, bool holds)
    {
        Checks++;
        if (!holds)
        {
            _wrong.Add(what);
        }

        text.WriteLine($"{(holds ? "right" : "WRONG")}: {what}");
    }

    /// <summary>Says whether values are what they should be, each within the given distance.</summary>
    public void Check(string what, IReadOnlyList<double> expected, IReadOnlyList<double> actual, double within = 0)
    {
        var holds = expected.Count == actual.Count
            && expected.Zip(actual).All(pair => Math.Abs(pair.First - pair.Second) <= within);
        Check($"{what}: {List(actual)}" + (holds ? "" : $", not {List(expected)} within {within:G3}"), holds);
    }

    /// <summary>The same for single precision.</summary>
    public void Check(string what, IReadOnlyList<double> expected, ReadOnlySpan<float> actual, double within = 0) =>
        Check(what, expected, Array.ConvertAll(actual.ToArray(), value => (double)value), within);

    private static string List(IReadOnlyList<double> values) =>
        string.Join(", ", values.Select(value => $"{value:G9}"));
}
