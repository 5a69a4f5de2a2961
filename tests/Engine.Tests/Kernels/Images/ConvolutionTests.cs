using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Images;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Tests.Kernels.Images;

/// <summary>Every path of the three sums of a convolution gives the bits of the definition, on drawn shapes.</summary>
public sealed unsafe class ConvolutionTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, EveryPath.IsSlow ? 12 : 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Convolution_GivesTheBitsOfTheDefinition_WhenShapesAreDrawn(int seed) =>
        Check(Drawn(seed, channelsMax: 5), seed);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Convolution_GivesTheBitsOfTheDefinition_WhenGroupsHaveManyChannels(int seed) =>
        Check(Drawn(100 + seed, channelsMax: 40), seed);

    /// <summary>Strides of more than an image, positions of less than a vector, taps that see nothing.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Convolution_GivesTheBitsOfTheDefinition_WhenImagesAreSmall(int seed) =>
        Check(Drawn(200 + seed, channelsMax: 20, sideMin: 1, sideMax: 6), seed);

    /// <summary>Depthwise: as many groups as fill vectors, more, less.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Convolution_GivesTheBitsOfTheDefinition_WhenGroupsHaveOneChannelAndOneFilter(int seed)
    {
        var drawn = Drawn(400 + seed, channelsMax: 1, sideMin: 3, sideMax: 15);
        var groups = 1 + (seed * 7 % 37);
        Check(drawn with { Shape = new ConvolutionShape(drawn.Shape.Grid, groups, groups, groups) }, seed);
    }

    /// <summary>Channels and filters that fill vectors: tiles of every width, whole and at the edge.</summary>
    [Theory]
    [InlineData(16, 6, 3)]
    [InlineData(16, 16, 5)]
    [InlineData(32, 32, 3)]
    [InlineData(32, 50, 2)]
    [InlineData(48, 64, 1)]
    [InlineData(64, 33, 1)]
    [InlineData(64, 70, 3)]
    [InlineData(8, 131, 3)]
    [InlineData(24, 96, 3)]
    [InlineData(80, 20, 1)]
    [InlineData(104, 20, 1)]
    [InlineData(400, 20, 1)]
    public void Convolution_GivesTheBitsOfTheDefinition_WhenVectorsAreFull(int channels, int filters, int side)
    {
        var grid = new WindowGrid(new Window2d(side, side, padding: side / 2), 9, 11);
        var shape = new ConvolutionShape(grid, channels, EveryPath.IsSlow ? Math.Min(filters, 9) : filters, 1);
        Check(new Case(shape, new MicrobatchRange(1, 3, 1, 3)), 300 + channels + filters);
    }

    /// <summary>Inner sizes of more than a block: of channels and taps forward, of filters backward.</summary>
    [Theory]
    [InlineData(1, 90, 3)]
    [InlineData(2, 45, 2)]
    [InlineData(1, 2, 800)]
    [InlineData(2, 1, 390)]
    [InlineData(1, 64, 520)]
    public void Convolution_GivesTheBitsOfTheDefinition_WhenChainsFillSeveralBlocks(
        int groups, int channels, int filters)
    {
        var grid = new WindowGrid(new Window2d(3, 3, padding: 1), 5, 7);
        var shape = new ConvolutionShape(grid, channels * groups, filters * groups, groups);
        Check(new Case(shape, new MicrobatchRange(3, 2, 1, 2)), groups);
    }

    /// <summary>Taps that do not see a pixel give it nothing, whatever their filter holds.</summary>
    [Theory]
    [InlineData(3, float.PositiveInfinity)]
    [InlineData(6, float.NegativeInfinity)]
    [InlineData(12, float.PositiveInfinity)]
    [InlineData(20, float.NegativeInfinity)]
    public void ImageGradient_GivesTheBitsOfTheDefinition_WhenAFilterIsInfinite(int channels, float value)
    {
        var grid = new WindowGrid(new Window2d(3, 3, padding: 1), 9, 11);
        var sizes = new Case(new ConvolutionShape(grid, channels, 5, 1), new MicrobatchRange(0, 2, 1, 2));
        var expected = new Call(sizes, channels).With(value);
        EveryPath.Run(KernelPath.Definition, expected);
        foreach (var path in EveryPath.Wide)
        {
            var call = new Call(sizes, channels).With(value);
            EveryPath.Run(path, call);
            call.AssertEqualGradient(expected, $"{path}");
        }
    }

    /// <summary>More columns of taps than are copied at a time.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Convolution_GivesTheBitsOfTheDefinition_WhenWindowsAreWide(int stride)
    {
        var grid = new WindowGrid(new Window2d(2, 70, stride, padding: 1), 5, 90);
        Check(new Case(new ConvolutionShape(grid, 2, 3, 1), new MicrobatchRange(0, 2, 1, 2)), stride);
    }

    private static void Check(Case sizes, int seed)
    {
        var expected = new Call(sizes, seed);
        EveryPath.Run(KernelPath.Definition, expected);
        foreach (var path in EveryPath.Wide)
        {
            var call = new Call(sizes, seed);
            EveryPath.Run(path, call);
            call.AssertEqual(expected, $"{path}, seed {seed}");
            call.AssertJoined($"{path}, seed {seed}");
        }
    }

    private static Case Drawn(int seed, int channelsMax, int sideMin = 7, int sideMax = 29)
    {
        var draw = new Random(seed);
        WindowGrid grid;
        do
        {
            var window = new Window2d(
                draw.Next(1, 5), draw.Next(1, 5), draw.Next(1, 4), draw.Next(0, 3), draw.Next(1, 3));
            grid = new WindowGrid(window, draw.Next(sideMin, sideMax + 1), draw.Next(sideMin, sideMax + 1));
        }
        while (grid.Positions == 0);

        var groups = draw.Next(1, 4);
        var (count, size) = (draw.Next(1, 6), draw.Next(1, 4));
        var channels = groups * draw.Next(1, channelsMax + 1);
        var shape = new ConvolutionShape(grid, channels, groups * draw.Next(1, 20), groups);
        var range = new MicrobatchRange(draw.Next(0, 9), count, size, (count * size) - draw.Next(0, size));
        return new Case(shape, range);
    }

    private sealed record Case(ConvolutionShape Shape, MicrobatchRange Range);

    private sealed class Call : IPathCall
    {
        private const int SamplesAtOnce = 3;

        private static readonly string[] Names =
        [
            "forward", "input gradient", "filter gradient", "rectified", "continued input gradient", "squared",
            "by line", "by pixel",
        ];

        private readonly Case _case;
        private readonly GuardedFloats _x;
        private readonly GuardedFloats _w;
        private readonly GuardedFloats _dy;
        private readonly GuardedFloats _bias;
        private readonly GuardedFloats _z;
        private readonly GuardedFloats[] _results;

        internal Call(Case sizes, int seed)
        {
            var (shape, range) = sizes;
            _case = sizes;
            _x = new GuardedFloats(SampleFloats.Ordinary(range.Samples * shape.ImageFloats, seed), 1);
            _w = new GuardedFloats(SampleFloats.Ordinary(shape.FilterFloats, seed + 1), 2);
            _dy = new GuardedFloats(SampleFloats.Ordinary(range.Samples * shape.ResultFloats, seed + 2), 3);
            _bias = new GuardedFloats(SampleFloats.Ordinary(shape.Groups * shape.Filters, seed + 3), 1);
            _z = new GuardedFloats(SampleFloats.Ordinary(range.Samples * shape.ImageFloats, seed + 4), 2);
            _results =
            [
                new GuardedFloats(range.Samples * shape.ResultFloats, 1),
                new GuardedFloats(range.Samples * shape.ImageFloats, 2),
                new GuardedFloats(CanonicalTree.PieceCount(range.First, range.Count) * shape.FilterFloats, 3),
                new GuardedFloats(range.Samples * shape.ResultFloats, 2),
                new GuardedFloats(range.Samples * shape.ImageFloats, 1),
                new GuardedFloats(range.Samples * shape.ResultFloats, 3),
                new GuardedFloats(range.Samples * shape.ResultFloats, 2),
                new GuardedFloats(range.Samples * shape.ResultFloats, 1),
            ];
        }

        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            RunForward<TLanes, TVector, Identity>(null, _results[0]);
            RunForward<TLanes, TVector, ReluOperation.Operator>(_bias.Pointer, _results[3]);
            RunForward<TLanes, TVector, SquareOperation.Operator>(null, _results[5]);
            RunByLine<TLanes, TVector>(_results[6]);
            RunByPixel<TLanes, TVector>(_results[7]);
            RunImageGradient<TLanes, TVector>(null, _results[1]);
            RunImageGradient<TLanes, TVector>(_z.Pointer, _results[4]);
            RunFilterGradient<TLanes, TVector>();
        }

        /// <summary>What follows a sum in the same pass is what would follow it by itself.</summary>
        internal void AssertJoined(string context)
        {
            var (shape, range) = _case;
            for (var i = 0; i < range.Samples * shape.ResultFloats; i++)
            {
                var sum = _results[0].Span[i] + _bias.Span[i / shape.Grid.Positions % _bias.Length];
                Bits.AssertEqual(
                    default(ReluOperation.Operator).Apply<ScalarLanes, float>(sum), _results[3].Span[i],
                    $"{context}, rectified {i}");
                Bits.AssertEqual(
                    default(SquareOperation.Operator).Apply<ScalarLanes, float>(_results[0].Span[i]),
                    _results[5].Span[i],
                    $"{context}, squared {i}");
            }

            for (var i = 0; i < range.Samples * shape.ImageFloats; i++)
            {
                Bits.AssertEqual(
                    default(ReluGradientOperation.Operator).Apply<ScalarLanes, float>(
                        _results[1].Span[i], _z.Span[i]),
                    _results[4].Span[i],
                    $"{context}, continued {i}");
            }
        }

        /// <summary>The same with a weight at a corner of a filter.</summary>
        internal Call With(float weight)
        {
            _w.Span[0] = weight;
            return this;
        }

        internal void AssertEqualGradient(Call expected, string context) =>
            Bits.AssertEqual(expected._results[1].Span, _results[1].Span, context);

        internal void AssertEqual(Call expected, string context)
        {
            var shape = _case.Shape;
            context += $": {shape.Groups} x {shape.Channels} channels, {shape.Filters} filters, "
                + $"{shape.Grid.Height}x{shape.Grid.Width}, {_case.Range}";
            for (var i = 0; i < _results.Length; i++)
            {
                var what = $"{Names[i]}, {context}";
                Bits.AssertEqual(expected._results[i].Span, _results[i].Span, what);
                _results[i].AssertGuardsIntact(what);
            }
        }

        private void RunForward<TLanes, TVector, TActivation>(float* bias, GuardedFloats y)
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
            where TActivation : struct, IUnaryOperator
        {
            var (shape, range) = _case;
            var packed = Room(Convolution.PackedFloats<TLanes, TVector>(shape));
            var room = Room(Convolution.WorkspaceFloats<TLanes, TVector>(shape));
            for (var first = 0; first < range.Samples; first += SamplesAtOnce)
            {
                room.Span.Fill(float.NaN);
                Convolution.Run<TLanes, TVector, TActivation>(
                    shape,
                    Math.Min(SamplesAtOnce, range.Samples - first),
                    _x.Pointer + (first * shape.ImageFloats),
                    _w.Pointer,
                    y.Pointer + (first * shape.ResultFloats),
                    bias,
                    default,
                    packed.Pointer,
                    isPacked: first > 0,
                    room.Pointer);
            }

            room.AssertGuardsIntact("forward");
            packed.AssertGuardsIntact("packed forward");
        }

        /// <summary>Whichever of the ways the shape would take; the scalar path has neither.</summary>
        private void RunByLine<TLanes, TVector>(GuardedFloats y)
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            if (TLanes.Count == 1)
            {
                RunForward<TLanes, TVector, ReluOperation.Operator>(_bias.Pointer, y);
                return;
            }

            var packed = Room(LineConvolution<TLanes, TVector>.PackedFloats(_case.Shape));
            var room = Room(LineConvolution<TLanes, TVector>.WorkspaceFloats(_case.Shape));
            var convolution = new LineConvolution<TLanes, TVector>(_case.Shape, packed.Pointer, room.Pointer);
            convolution.Pack(_w.Pointer);
            convolution.Run(_case.Range.Samples, _x.Pointer, y.Pointer, _bias.Pointer, default(ReluOperation.Operator));
            room.AssertGuardsIntact("by line");
            packed.AssertGuardsIntact("packed by line");
        }

        private void RunByPixel<TLanes, TVector>(GuardedFloats y)
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            if (TLanes.Count == 1)
            {
                RunForward<TLanes, TVector, ReluOperation.Operator>(_bias.Pointer, y);
                return;
            }

            var packed = Room(PixelConvolution<TLanes, TVector>.PackedFloats(_case.Shape));
            var room = Room(PixelConvolution<TLanes, TVector>.WorkspaceFloats(_case.Shape));
            var convolution = new PixelConvolution<TLanes, TVector>(_case.Shape, packed.Pointer, room.Pointer);
            convolution.Pack(_w.Pointer);
            convolution.Run(_case.Range.Samples, _x.Pointer, y.Pointer, _bias.Pointer, default(ReluOperation.Operator));
            room.AssertGuardsIntact("by pixel");
            packed.AssertGuardsIntact("packed by pixel");
        }

        private void RunImageGradient<TLanes, TVector>(float* z, GuardedFloats dx)
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            var (shape, range) = _case;
            var packed = Room(ImageGradient.PackedFloats<TLanes, TVector>(shape));
            var room = Room(ImageGradient.WorkspaceFloats<TLanes, TVector>(shape));
            for (var first = 0; first < range.Samples; first += SamplesAtOnce)
            {
                room.Span.Fill(float.NaN);
                ImageGradient.Run<TLanes, TVector, ReluGradientOperation.Operator>(
                    shape,
                    Math.Min(SamplesAtOnce, range.Samples - first),
                    _dy.Pointer + (first * shape.ResultFloats),
                    _w.Pointer,
                    z == null ? null : z + (first * shape.ImageFloats),
                    default,
                    dx.Pointer + (first * shape.ImageFloats),
                    packed.Pointer,
                    isPacked: first > 0,
                    room.Pointer);
            }

            room.AssertGuardsIntact("input gradient");
            packed.AssertGuardsIntact("packed input gradient");
        }

        /// <summary>In turns of as many samples as leave a rest, but at once by the definition.</summary>
        private void RunFilterGradient<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            var (shape, range) = _case;
            var sums = Room(FilterGradient.SumsFloats<TLanes, TVector>(shape, range.Count));
            var turn = TLanes.Count == 1 ? range.Samples : Math.Max(1, (range.Samples * 2 / 5) + 1);
            for (var first = 0; first == 0 || first < range.Samples; first += turn)
            {
                var room = Room(FilterGradient.WorkspaceFloats<TLanes, TVector>(shape));
                FilterGradient.Run<TLanes, TVector>(
                    shape,
                    range,
                    first,
                    Math.Min(turn, range.Samples - first),
                    _x.Pointer,
                    _dy.Pointer,
                    _results[2].Pointer,
                    shape.FilterFloats,
                    sums.Pointer,
                    room.Pointer);
                room.AssertGuardsIntact("filter gradient");
            }

            sums.AssertGuardsIntact("filter gradient's sums");
        }

        /// <summary>Workspaces start on a boundary of 64 bytes, and hold anything.</summary>
        private static GuardedFloats Room(int floats)
        {
            var room = new GuardedFloats(floats, 0);
            room.Span.Fill(float.NaN);
            return room;
        }
    }
}
