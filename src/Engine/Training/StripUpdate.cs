using Distributed.Engine.Optimizers;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Training;

/// <summary>Updates the parameters of weight gradients as these are summed, strip by strip, in place.</summary>
/// <remarks>For one thread.</remarks>
public sealed unsafe class StripUpdate(ParameterUpdate update, StateBuffers state, bool isShared) : IGradientStrips
{
    /// <summary>Of the step whose strips come.</summary>
    public StepTerms Step { get; set; }

    public int Buffers => 1 + state.Slots.Count;

    /// <summary>
    /// Whether parameters that other threads read are written past the caches; false at first. Before these read them,
    /// a full fence is needed, as a barrier is one.
    /// </summary>
    public bool PastCaches { get; set; }

    public bool ClaimsParameters => isShared && !PastCaches;

    public float* Beside(int buffer, int place) =>
        place + (buffer == 0 ? state.Parameters : state.Slots[buffer - 1]).Pointer;

    public void Take(float* sums, int rows, int columns, int place, int placeStride) =>
        update.Apply(sums, rows, columns, state, state, place, placeStride, Step, isShared && PastCaches);
}
