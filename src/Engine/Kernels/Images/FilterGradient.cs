using Distributed.Engine.Kernels.Gemm;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;
using Distributed.Engine.Memory;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Kernels.Images;

/// <summary>A convolution's gradient to its filters over a range of micro-batches, along the canonical tree.</summary>
/// <remarks>
/// Shapes as in <see cref="ConvolutionShape"/>; piece p goes to pieces + p · pieceStride. A sample's part is computed
/// the other way round, [lines, filters]: so the image is read where it lies, and only dy is packed. Every path gives
/// the bits of <see cref="ConvolutionDefinition.FilterGradient"/>. Workspace and sums are 64-byte aligned; the sums,
/// which must stay while the samples of a range come in turns, grow with the logarithm of the micro-batches.
/// </remarks>
internal static unsafe class FilterGradient
{
    internal static int WorkspaceFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        DepthwiseConvolution<TLanes, TVector>.Fits(shape)
            ? DepthwiseConvolution<TLanes, TVector>.WorkspaceFloats(shape)
            : Part<TLanes, TVector>.Floats(shape);

    internal static int SumsFloats<TLanes, TVector>(in ConvolutionShape shape, int microbatches)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        checked(SampleFloats<TLanes, TVector>(shape)
            + MicrobatchTree.WaitingFloats(shape.FilterFloats, microbatches));

    /// <summary>Adds so many samples of the range from one on; the pieces are there after its last one.</summary>
    /// <remarks>The scalar path takes all of the range at once.</remarks>
    internal static void Run<TLanes, TVector>(
        in ConvolutionShape shape,
        in MicrobatchRange range,
        int first,
        int samples,
        float* x,
        float* dy,
        float* pieces,
        int pieceStride,
        float* sums,
        float* workspace)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        if (TLanes.Count == 1)
        {
            ConvolutionDefinition.FilterGradient(shape, range, x, dy, pieces, pieceStride);
            return;
        }

        var waiting = sums + SampleFloats<TLanes, TVector>(shape);
        if (DepthwiseConvolution<TLanes, TVector>.Fits(shape))
        {
            MicrobatchTree.Run<TLanes, TVector, DepthwisePart<TLanes, TVector>>(
                new DepthwisePart<TLanes, TVector>(shape, x, dy, sums, workspace),
                shape.FilterFloats, range, first, samples, pieces, pieceStride, waiting);
        }
        else
        {
            MicrobatchTree.Run<TLanes, TVector, Part<TLanes, TVector>>(
                new Part<TLanes, TVector>(shape, x, dy, sums, workspace),
                shape.FilterFloats, range, first, samples, pieces, pieceStride, waiting);
        }
    }

    /// <summary>Room for the sums of the samples of a micro-batch.</summary>
    private static int SampleFloats<TLanes, TVector>(in ConvolutionShape shape)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct =>
        DepthwiseConvolution<TLanes, TVector>.Fits(shape)
            ? DepthwiseConvolution<TLanes, TVector>.FiltersFloats(shape)
            : Part<TLanes, TVector>.SumsFloats(shape);

    /// <summary>What some samples add, in order.</summary>
    private struct Part<TLanes, TVector> : ISampleSum
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        private readonly ConvolutionShape _shape;
        private readonly PaddedImage _image;
        private readonly float* _x;
        private readonly float* _upstream;
        private readonly int* _offsets;
        private readonly float* _padded;
        private readonly float* _panel;
        private readonly float* _sums;
        private ReadAhead _nextImage;
        private ReadAhead _nextUpstream;

        internal Part(in ConvolutionShape shape, float* x, float* dy, float* sums, float* room)
        {
            (_shape, _image) = (shape, new PaddedImage(shape.Grid, shape.Channels));
            _x = x;
            _upstream = dy;
            _offsets = (int*)room;
            _panel = room + LinesFloats(shape);
            _padded = _panel + PanelFloats(shape);
            _sums = sums;
            _image.WriteOffsets(_offsets);
            if (shape.Grid.Padding > 0)
            {
                _image.Clear(_padded);
            }

            for (var line = shape.Inner; line < LinesMax(shape); line++)
            {
                _offsets[line] = _offsets[shape.Inner - 1]; // the last tile's rest, which nobody reads
            }
        }

        private static int WidthMax => TileShapes.WidthMax<TLanes, TVector>();

        internal static int Floats(in ConvolutionShape shape) => checked(
            LinesFloats(shape) + PanelFloats(shape)
            + (shape.Grid.Padding > 0 ? new PaddedImage(shape.Grid, shape.Channels).Floats : 0));

        /// <summary>Room for the sums of a micro-batch, a group's after the other.</summary>
        internal static int SumsFloats(in ConvolutionShape shape) =>
            AlignedBuffer.WholeLines(checked(shape.Groups * GroupFloats(shape)));

        public void Add(nint first, int samples, bool begins, bool ends, float* sum)
        {
            for (var group = 0; group < _shape.Groups; group++)
            {
                var sums = _sums + ((nint)group * GroupFloats(_shape));
                for (var sample = first; sample < first + samples; sample++)
                {
                    AddSample((sample * _shape.Groups) + group, sums, adds: !begins || sample > first);
                }

                if (ends)
                {
                    Turn(sums, sum + ((nint)group * _shape.Filters * _shape.Inner));
                }
            }
        }

        private static int GroupFloats(in ConvolutionShape shape) => LinesMax(shape) * FiltersUp(shape);

        /// <summary>Lines with those that the last tile has too many.</summary>
        private static int LinesMax(in ConvolutionShape shape) => shape.Inner + LineSums.HeightMax - 1;

        private static int LinesFloats(in ConvolutionShape shape) => AlignedBuffer.WholeLines(LinesMax(shape));

        private static int FiltersUp(in ConvolutionShape shape) => Blocking.RoundUp(shape.Filters, TLanes.Count);

        private static int PanelFloats(in ConvolutionShape shape) =>
            AlignedBuffer.WholeLines(checked((shape.Grid.Positions * WidthMax) + TLanes.Count));

        /// <summary>One sample's part of a group.</summary>
        private void AddSample(nint part, float* sums, bool adds)
        {
            var grid = _shape.Grid;
            var (imageFloats, upstreamFloats) = (_shape.Channels * grid.ImagePixels, _shape.Filters * grid.Positions);
            var image = _x + (part * imageFloats);
            var upstream = new MatrixView(_upstream + (part * upstreamFloats), grid.Positions, transposed: false);
            var steps = LinesMax(_shape) / LineSums.HeightMax * ((_shape.Filters + WidthMax - 1) / WidthMax);
            _nextImage = new ReadAhead(image + (_shape.Groups * imageFloats), imageFloats, steps);
            _nextUpstream = new ReadAhead(
                upstream.Data + (_shape.Groups * upstreamFloats), upstreamFloats, steps);
            if (grid.Padding > 0)
            {
                _image.Fill<TLanes, TVector>(image, _padded);
                image = _padded;
            }

            for (var filter = 0; filter < _shape.Filters; filter += WidthMax)
            {
                var rest = _shape.Filters - filter;
                var to = sums + filter;
                switch ((Math.Min(rest, WidthMax) + TLanes.Count - 1) / TLanes.Count)
                {
                    case 1:
                        AddFilters<NarrowRow<TLanes, TVector>>(image, upstream, filter, rest, to, adds);
                        break;
                    case 2:
                        AddFilters<WideRow<TLanes, TVector>>(image, upstream, filter, rest, to, adds);
                        break;
                    case 3:
                        AddFilters<TripleRow<TLanes, TVector>>(image, upstream, filter, rest, to, adds);
                        break;
                    default:
                        AddFilters<QuadRow<TLanes, TVector>>(image, upstream, filter, rest, to, adds);
                        break;
                }
            }
        }

        private void AddFilters<TRow>(
            float* image, MatrixView upstream, int filter, int available, float* sums, bool adds)
            where TRow : struct, ITileRow<TRow>
        {
            Packing.Pack<TLanes, TVector>(
                upstream, filter, available, 0, _shape.Grid.Positions, _panel, TRow.Width);
            var stride = FiltersUp(_shape);
            var height = LineSums.Height<TLanes, TVector, TRow>();
            for (var line = 0; line < _shape.Inner; line += height)
            {
                LineSums.Run<TRow>(
                    height, _shape.Grid, _image.RowStep, image, _offsets + line, _panel,
                    sums + ((nint)line * stride), stride, adds);
                _nextImage.Step();
                _nextUpstream.Step();
            }
        }

        /// <summary>Writes the sums as filters are: [filters, lines].</summary>
        private void Turn(float* sums, float* sum) => ChannelPlanes.Write(
            sums, FiltersUp(_shape), _shape.Filters, _shape.Inner, sum, _shape.Inner);
    }

    /// <summary>The same for groups of one channel and one filter.</summary>
    private readonly struct DepthwisePart<TLanes, TVector>(
        in ConvolutionShape shape, float* x, float* dy, float* sums, float* room) : ISampleSum
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        private readonly ConvolutionShape _shape = shape;
        private readonly DepthwiseConvolution<TLanes, TVector> _convolution = new(shape, room);

        public void Add(nint first, int samples, bool begins, bool ends, float* sum)
        {
            for (var sample = first; sample < first + samples; sample++)
            {
                _convolution.AddFilterGradient(
                    x + (sample * _shape.ImageFloats), dy + (sample * _shape.ResultFloats), sums,
                    adds: !begins || sample > first);
            }

            if (ends)
            {
                _convolution.Unpack(sums, sum);
            }
        }
    }
}
