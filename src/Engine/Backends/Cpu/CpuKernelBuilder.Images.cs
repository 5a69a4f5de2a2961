using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.Images;

namespace Distributed.Engine.Backends.Cpu;

internal sealed partial class CpuKernelBuilder<TLanes, TVector>
{
    public void Convolution(Instruction instruction, ConvolutionOperation convolution)
    {
        var kernel = new ConvolutionKernel<TLanes, TVector>(memory, instruction, convolution);
        Reserve(kernel.WorkspaceFloats);
        _built = kernel;
    }

    public void ConvolutionInputGradient(Instruction instruction, ConvolutionInputGradientOperation gradient)
    {
        var kernel = new ConvolutionInputGradientKernel<TLanes, TVector>(memory, instruction, gradient);
        Reserve(kernel.WorkspaceFloats);
        _built = kernel;
    }

    public void ConvolutionFilterGradient(Instruction instruction, ConvolutionFilterGradientOperation gradient)
    {
        var kernel = new ConvolutionFilterGradientKernel<TLanes, TVector>(memory, instruction, plan, gradient);
        Reserve(kernel.WorkspaceFloats);
        _built = kernel;
    }

    public void MaxPool(Instruction instruction, Window2d window)
    {
        var kernel = new MaxPoolKernel<TLanes, TVector>(memory, instruction, window);
        Reserve(kernel.WorkspaceFloats);
        _built = kernel;
    }

    public void MaxPoolGradient(Instruction instruction, Window2d window)
    {
        var kernel = new MaxPoolGradientKernel<TLanes, TVector>(memory, instruction, window);
        Reserve(kernel.WorkspaceFloats);
        _built = kernel;
    }

    public void AveragePool(Instruction instruction, Window2d window) =>
        _built = new AveragePoolKernel<TLanes, TVector>(memory, instruction, window);

    public void AveragePoolGradient(Instruction instruction, Window2d window) =>
        _built = new AveragePoolGradientKernel<TLanes, TVector>(memory, instruction, window);
}
