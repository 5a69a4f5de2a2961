using System.Runtime.CompilerServices;
using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Kernels.Reductions;

/// <summary>
/// As many rows as a vector has lanes, side by side: a vector holds one element of each. For rows of no more than 16
/// elements, which one by one would leave most of each vector empty, and each step of a row waiting for the last.
/// </summary>
/// <remarks>
/// Shapes: rows are [TLanes.Count, length]; block, of <see cref="Floats"/> floats, holds their columns.
/// </remarks>
internal readonly unsafe struct ShortRows<TLanes, TVector>(float* block, int length)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>What a block takes, with room for sums.</summary>
    internal const int Floats = 3 * LaneSum.Lanes * LaneSum.Lanes / 2;

    private float* Sums => block + (LaneSum.Lanes * TLanes.Count);

    /// <summary>Whether rows of such a length are taken side by side; one at a time there is nothing beside.</summary>
    internal static bool Fit(int length) => TLanes.Count > 1 && length is > 0 and <= LaneSum.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Read(float* rows)
    {
        for (var row = 0; row < TLanes.Count; row++, rows += length)
        {
            for (var column = 0; column < length; column++)
            {
                block[(column * TLanes.Count) + row] = rows[column];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Write(float* rows)
    {
        for (var row = 0; row < TLanes.Count; row++, rows += length)
        {
            for (var column = 0; column < length; column++)
            {
                rows[column] = block[(column * TLanes.Count) + row];
            }
        }
    }

    /// <summary>One element of each row.</summary>
    internal TVector this[int column]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Load(block + (column * TLanes.Count));
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => TLanes.Store(value, block + (column * TLanes.Count));
    }

    /// <summary>Each row's <see cref="LaneMaximum"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TVector Maximum()
    {
        var maximum = this[0];
        for (var column = 1; column < length; column++)
        {
            maximum = TLanes.Maximum(maximum, this[column]);
        }

        return maximum;
    }

    /// <summary>Makes every element e^(x − shift), with a shift for each row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ShiftedExp(TVector shift)
    {
        for (var column = 0; column < length; column++)
        {
            this[column] = TLanes.Exp(TLanes.Subtract(this[column], shift));
        }
    }

    /// <summary>Each row's <see cref="LaneSum"/>, where no element is −0: an empty lane, which is +0, adds nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TVector LaneSums()
    {
        const int Half = LaneSum.Lanes / 2;
        var count = Math.Min(length, Half);
        for (var lane = 0; lane < count; lane++)
        {
            var sum = lane + Half < length ? TLanes.Add(this[lane], this[lane + Half]) : this[lane];
            TLanes.Store(sum, Sums + (lane * TLanes.Count));
        }

        for (var distance = Half / 2; distance > 0; count = Math.Min(count, distance), distance /= 2)
        {
            for (var lane = 0; lane + distance < count; lane++)
            {
                var sum = Sums + (lane * TLanes.Count);
                TLanes.Store(TLanes.Add(TLanes.Load(sum), TLanes.Load(sum + (distance * TLanes.Count))), sum);
            }
        }

        return TLanes.Load(Sums);
    }
}
