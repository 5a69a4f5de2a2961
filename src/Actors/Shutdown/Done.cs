namespace Distributed.Actors;

/// <summary>The result of a task whose end is all there is to know.</summary>
public sealed class Done
{
    public static readonly Done Instance = new();

    private Done()
    {
    }
}
