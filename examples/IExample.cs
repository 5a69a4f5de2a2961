namespace Distributed.Examples;

/// <summary>One idea, shown by a short program that ends with a check.</summary>
public interface IExample
{
    /// <summary>What it is called on the command line.</summary>
    public string Name { get; }

    /// <summary>What it shows, in one line.</summary>
    public string Summary { get; }

    public void Run(Lesson lesson);
}
