using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Kernels.Gemm;

/// <summary>A left factor that is packed once, for products with many right factors of so many columns.</summary>
/// <remarks>Shapes: the factor is [rows, depth], and its panels lie one behind the other, each of full depth.</remarks>
internal readonly unsafe struct PackedLeft
{
    private readonly float* _data;
    private readonly int _depth;

    private PackedLeft(float* data, RowPanels panels, int depth)
    {
        _data = data;
        _depth = depth;
        Panels = panels;
    }

    internal RowPanels Panels { get; }

    internal static int Floats<TLanes, TVector>(int rows, int depth, int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var panels = RowPanels.Of<TLanes, TVector>(rows, columns);
        return Blocking.RoundUp(
            checked((panels.FirstRow(panels.Count) * depth) + TLanes.Count), AlignedBuffer.LineFloats);
    }

    /// <summary>The factor that is, or will be, packed in room of <see cref="Floats"/>.</summary>
    internal static PackedLeft Of<TLanes, TVector>(float* room, int rows, int depth, int columns)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        new(room, RowPanels.Of<TLanes, TVector>(rows, columns), depth);

    internal void Pack<TLanes, TVector>(MatrixView a, int rows)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        for (var panel = 0; panel < Panels.Count; panel++)
        {
            var row = Panels.FirstRow(panel);
            Packing.Pack<TLanes, TVector>(a, row, rows - row, 0, _depth, At(panel, 0).Data, Panels.Height(panel));
        }
    }

    /// <summary>A panel from a place of the inner dimension on.</summary>
    internal Panel At(int panel, int start)
    {
        var height = Panels.Height(panel);
        return new Panel(_data + ((nint)Panels.FirstRow(panel) * _depth) + ((nint)start * height), height);
    }
}
