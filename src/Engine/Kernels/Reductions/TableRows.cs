namespace Distributed.Engine.Kernels.Reductions;

/// <summary>Which rows of a table samples read, and from where.</summary>
/// <remarks>
/// Shapes: indices [samples, perSample], of whole numbers from 0 below count; table [count, width]; what is read, or
/// comes back, [samples, perSample, width]. Units: reads count from the first sample's first on.
/// </remarks>
internal readonly unsafe struct TableRows(float* indices, int perSample, int count, int width)
{
    internal int PerSample => perSample;

    internal int Count => count;

    internal int Width => width;

    /// <summary>The row of a read, or −1 for an index that is no row's.</summary>
    internal int this[int read] =>
        indices[read] is var index && index >= 0 && index < count && index == MathF.Floor(index) ? (int)index : -1;

    /// <summary>Copies what so many samples read; NaN where an index is no row's.</summary>
    internal void Read(int samples, float* table, float* rows)
    {
        for (var read = 0; read < samples * perSample; read++)
        {
            var to = new Span<float>(rows + ((nint)read * width), width);
            if (this[read] is var row and >= 0)
            {
                new Span<float>(table + ((nint)row * width), width).CopyTo(to);
            }
            else
            {
                to.Fill(float.NaN);
            }
        }
    }
}
