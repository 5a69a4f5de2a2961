namespace Distributed.Engine.Reduction;

/// <summary>Takes a weight gradient as it is summed, strip by strip, while each strip is in a near cache.</summary>
public unsafe interface IGradientStrips
{
    /// <summary>Floats that are read and written for each parameter, beside its gradient.</summary>
    public int Buffers { get; }

    /// <summary>
    /// Whether kernels make the parameters' lines this core's own before they are updated: other threads have read them
    /// since.
    /// </summary>
    public bool ClaimsParameters { get; }

    /// <summary>One of them at a parameter's place of the flat buffer; buffer 0 is the parameters.</summary>
    /// <remarks>Kernels ask for them ahead and may write them back as they are, so nobody else uses them meanwhile.
    /// </remarks>
    public float* Beside(int buffer, int place);

    /// <summary>Sums over the whole mini-batch, not yet divided by its weight. They may be overwritten.</summary>
    /// <remarks>
    /// Shapes: sums is [rows, columns], one row behind the other. Units: place is the first sum's in the flat buffer of
    /// parameters, whose rows are so many floats apart.
    /// </remarks>
    public void Take(float* sums, int rows, int columns, int place, int placeStride);
}
