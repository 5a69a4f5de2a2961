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

    public bool IsShared => isShared;

    public float* Beside(int buffer, int place) =>
        place + (buffer == 0 ? state.Parameters : state.Slots[buffer - 1]).Pointer;

    public void Take(float* sums, int rows, int columns, int place, int placeStride) =>
        update.Apply(sums, rows, columns, state, state, place, placeStride, Step);
}
