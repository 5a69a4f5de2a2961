using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Images;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Plans;
using Distributed.Engine.Reduction;

namespace Distributed.Engine.Backends.Cpu;

/// <summary>From the shapes of a graph to those of the image kernels.</summary>
internal static class ImageShapes
{
    internal static WindowGrid Grid(Window2d window, TensorShape images) =>
        new(window, images.Dimensions[1], images.Dimensions[2]);

    /// <summary>Shapes: images and results as of the forward pass.</summary>
    internal static ConvolutionShape Convolution(
        Window2d window, int groups, TensorShape images, TensorShape results) =>
        new(Grid(window, images), images.Dimensions[0], results.Dimensions[0], groups);
}

internal sealed unsafe class ConvolutionKernel<TLanes, TVector, TActivation>(
    CpuMemory memory, Instruction instruction, ConvolutionOperation operation, TActivation activation)
    : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
    where TActivation : struct, IUnaryOperator
{
    private readonly ConvolutionShape _shape = ImageShapes.Convolution(
        operation.Window, operation.Groups, instruction.Inputs[0].Shape, instruction.Output.Shape);

    internal int WorkspaceFloats => Convolution.WorkspaceFloats<TLanes, TVector>(_shape);

    internal override int KeptFloats => Convolution.PackedFloats<TLanes, TVector>(_shape);

    internal override void Run(int first, int samples) =>
        Convolution.Run<TLanes, TVector, TActivation>(
            _shape,
            samples,
            Input(0, first),
            Input(1, first),
            Result(first),
            Instruction.Inputs.Count > 2 ? Input(2, first) : null,
            activation,
            Kept,
            isPacked: first > 0,
            Memory.Workspace);
}

internal sealed unsafe class ConvolutionInputGradientKernel<TLanes, TVector, TOperator>(
    CpuMemory memory, Instruction instruction, ConvolutionInputGradientOperation operation, TOperator f)
    : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
    where TOperator : struct, IBinaryOperator
{
    private readonly ConvolutionShape _shape = ImageShapes.Convolution(
        operation.Window, operation.Groups, instruction.Output.Shape, instruction.Inputs[0].Shape);

    internal int WorkspaceFloats => ImageGradient.WorkspaceFloats<TLanes, TVector>(_shape);

    internal override int KeptFloats => ImageGradient.PackedFloats<TLanes, TVector>(_shape);

    internal override void Run(int first, int samples) =>
        ImageGradient.Run<TLanes, TVector, TOperator>(
            _shape,
            samples,
            Input(0, first),
            Input(1, first),
            Instruction.Inputs.Count > 2 ? Input(2, first) : null,
            f,
            Result(first),
            Kept,
            isPacked: first > 0,
            Memory.Workspace);
}

internal sealed unsafe class ConvolutionFilterGradientKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction, Plan plan, ConvolutionFilterGradientOperation operation)
    : BatchReductionKernel<TLanes, TVector>(memory, instruction, plan), ISampleBySample
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly ConvolutionShape _shape = ImageShapes.Convolution(
        operation.Window, operation.Groups, instruction.Inputs[0].Shape, instruction.Inputs[1].Shape);

    internal int WorkspaceFloats => FilterGradient.WorkspaceFloats<TLanes, TVector>(_shape);

    internal override int KeptFloats => FilterGradient.SumsFloats<TLanes, TVector>(_shape, SamplesMax);

    public void Run(in MicrobatchRange range, int first, int samples) =>
        Add(range, first, samples, Output, Memory.Partials.Stride);

    protected override void Sum(in MicrobatchRange range, float* pieces, int stride) =>
        Add(range, 0, range.Samples, pieces, stride);

    private void Add(in MicrobatchRange range, int first, int samples, float* pieces, int stride) =>
        FilterGradient.Run<TLanes, TVector>(
            _shape,
            range,
            first,
            samples,
            Start(0, first),
            Start(1, first),
            pieces,
            stride,
            Kept,
            Memory.Workspace);

    /// <summary>Where a range begins, so that the samples of a turn lie where they are in the range.</summary>
    private float* Start(int index, int first)
    {
        var input = Instruction.Inputs[index];
        return input.Storage == Storage.Turn ? Input(index) - ((long)first * input.Shape.SampleLength) : Input(index);
    }
}

internal sealed unsafe class MaxPoolKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction, Window2d window) : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly WindowGrid _grid = ImageShapes.Grid(window, instruction.Inputs[0].Shape);

    internal int WorkspaceFloats => Pooling.WorkspaceFloats(_grid);

    internal override void Run(int first, int samples)
    {
        var images = Instruction.Output.Shape.Dimensions[0] * samples;
        var x = Input(0, first);
        var values = Input(1, first);
        if (x == values)
        {
            Pooling.Largest<TLanes, TVector>(_grid, images, x, Result(first), Memory.Workspace);
        }
        else
        {
            Pooling.Pick<TLanes, TVector>(_grid, images, x, values, Result(first), Memory.Workspace);
        }
    }
}

internal sealed unsafe class MaxPoolGradientKernel<TLanes, TVector, TOperator>(
    CpuMemory memory, Instruction instruction, Window2d window, TOperator f) : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
    where TOperator : struct, IBinaryOperator
{
    private readonly WindowGrid _grid = ImageShapes.Grid(window, instruction.Output.Shape);

    internal int WorkspaceFloats => Pooling.WorkspaceFloats(_grid);

    internal override void Run(int first, int samples) => Pooling.Spread<TLanes, TVector, TOperator>(
        _grid,
        Instruction.Output.Shape.Dimensions[0] * samples,
        Input(0, first),
        Input(1, first),
        Instruction.Inputs.Count > 2 ? Input(2, first) : null,
        f,
        Result(first),
        Memory.Workspace);
}

internal sealed unsafe class AveragePoolKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction, Window2d window) : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly WindowGrid _grid = ImageShapes.Grid(window, instruction.Inputs[0].Shape);

    internal override void Run(int first, int samples) => Pooling.Average<TLanes, TVector>(
        _grid, Instruction.Output.Shape.Dimensions[0] * samples, Input(0, first), Result(first));
}

internal sealed unsafe class AveragePoolGradientKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction, Window2d window) : SampleKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly WindowGrid _grid = ImageShapes.Grid(window, instruction.Output.Shape);

    internal override void Run(int first, int samples) => Pooling.AverageGradient<TLanes, TVector>(
        _grid, Instruction.Output.Shape.Dimensions[0] * samples, Input(0, first), Result(first));
}
