using Distributed.Engine.Graphs;
using Distributed.Engine.Kernels.ElementWise;
using Distributed.Engine.Kernels.Images;

namespace Distributed.Engine.Backends.Cpu;

internal sealed partial class CpuKernelBuilder<TLanes, TVector>
{
    public void Convolution<TActivation>(
        Instruction instruction, ConvolutionOperation convolution, TActivation activation)
        where TActivation : struct, IUnaryOperator
    {
        var kernel = new ConvolutionKernel<TLanes, TVector, TActivation>(memory, instruction, convolution, activation);
        Reserve(kernel.WorkspaceFloats);
        _built = kernel;
    }

    public void ConvolutionInputGradient<TOperator>(
        Instruction instruction, ConvolutionInputGradientOperation gradient, TOperator f)
        where TOperator : struct, IBinaryOperator
    {
        var kernel = new ConvolutionInputGradientKernel<TLanes, TVector, TOperator>(memory, instruction, gradient, f);
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

    public void MaxPoolGradient<TOperator>(Instruction instruction, Window2d window, TOperator f)
        where TOperator : struct, IBinaryOperator
    {
        var kernel = new MaxPoolGradientKernel<TLanes, TVector, TOperator>(memory, instruction, window, f);
        Reserve(kernel.WorkspaceFloats);
        _built = kernel;
    }

    public void AveragePool(Instruction instruction, Window2d window) =>
        _built = new AveragePoolKernel<TLanes, TVector>(memory, instruction, window);

    public void AveragePoolGradient(Instruction instruction, Window2d window) =>
        _built = new AveragePoolGradientKernel<TLanes, TVector>(memory, instruction, window);
}
