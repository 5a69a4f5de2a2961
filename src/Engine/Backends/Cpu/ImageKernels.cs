using Distributed.Engine.Graphs;
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

internal sealed unsafe class ConvolutionKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction, ConvolutionOperation operation) : CpuKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly ConvolutionShape _shape = ImageShapes.Convolution(
        operation.Window, operation.Groups, instruction.Inputs[0].Shape, instruction.Output.Shape);

    internal int WorkspaceFloats => Convolution.WorkspaceFloats<TLanes, TVector>(_shape);

    internal override void Run(in MicrobatchRange range) =>
        Convolution.Run<TLanes, TVector>(_shape, range.Samples, Input(0), Input(1), Output, Memory.Workspace);
}

internal sealed unsafe class ConvolutionInputGradientKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction, ConvolutionInputGradientOperation operation)
    : CpuKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly ConvolutionShape _shape = ImageShapes.Convolution(
        operation.Window, operation.Groups, instruction.Output.Shape, instruction.Inputs[0].Shape);

    internal int WorkspaceFloats => ImageGradient.WorkspaceFloats<TLanes, TVector>(_shape);

    internal override void Run(in MicrobatchRange range) =>
        ImageGradient.Run<TLanes, TVector>(
            _shape, range.Samples, Input(0), Input(1), Output, Memory.Workspace);
}

internal sealed unsafe class ConvolutionFilterGradientKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction, Plan plan, ConvolutionFilterGradientOperation operation)
    : BatchReductionKernel<TLanes, TVector>(memory, instruction, plan)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly ConvolutionShape _shape = ImageShapes.Convolution(
        operation.Window, operation.Groups, instruction.Inputs[0].Shape, instruction.Inputs[1].Shape);

    internal int WorkspaceFloats(int samplesMax) =>
        FilterGradient.WorkspaceFloats<TLanes, TVector>(_shape, samplesMax);

    protected override void Sum(in MicrobatchRange range, float* pieces, int stride) =>
        FilterGradient.Run<TLanes, TVector>(
            _shape, range, Input(0), Input(1), pieces, stride, Memory.Workspace);
}

internal sealed unsafe class MaxPoolKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction, Window2d window) : CpuKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly WindowGrid _grid = ImageShapes.Grid(window, instruction.Inputs[0].Shape);

    internal int WorkspaceFloats => Pooling.WorkspaceFloats(_grid);

    internal override void Run(in MicrobatchRange range)
    {
        var images = Instruction.Output.Shape.Dimensions[0] * range.Samples;
        if (Input(0) == Input(1))
        {
            Pooling.Largest<TLanes, TVector>(_grid, images, Input(0), Output, Memory.Workspace);
        }
        else
        {
            Pooling.Pick<TLanes, TVector>(_grid, images, Input(0), Input(1), Output, Memory.Workspace);
        }
    }
}

internal sealed unsafe class MaxPoolGradientKernel<TLanes, TVector>(
    CpuMemory memory, Instruction instruction, Window2d window) : CpuKernel(memory, instruction)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly WindowGrid _grid = ImageShapes.Grid(window, instruction.Output.Shape);

    internal int WorkspaceFloats => Pooling.WorkspaceFloats(_grid);

    internal override void Run(in MicrobatchRange range) => Pooling.Spread<TLanes, TVector>(
        _grid, Instruction.Output.Shape.Dimensions[0] * range.Samples, Input(0), Input(1), Output, Memory.Workspace);
}

internal sealed unsafe class AveragePoolKernel(CpuMemory memory, Instruction instruction, Window2d window)
    : CpuKernel(memory, instruction)
{
    private readonly WindowGrid _grid = ImageShapes.Grid(window, instruction.Inputs[0].Shape);

    internal override void Run(in MicrobatchRange range) => Pooling.Average(
        _grid, Instruction.Output.Shape.Dimensions[0] * range.Samples, Input(0), Output);
}

internal sealed unsafe class AveragePoolGradientKernel(CpuMemory memory, Instruction instruction, Window2d window)
    : CpuKernel(memory, instruction)
{
    private readonly WindowGrid _grid = ImageShapes.Grid(window, instruction.Output.Shape);

    internal override void Run(in MicrobatchRange range) => Pooling.AverageGradient(
        _grid, Instruction.Output.Shape.Dimensions[0] * range.Samples, Input(0), Output);
}
