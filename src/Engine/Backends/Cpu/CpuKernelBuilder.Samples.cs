using Distributed.Engine.Graphs;

namespace Distributed.Engine.Backends.Cpu;

internal sealed partial class CpuKernelBuilder<TLanes, TVector>
{
    public void MicrobatchMean(Instruction instruction, MicrobatchMeanOperation mean) =>
        _built = new MicrobatchMeanKernel<TLanes, TVector>(memory, instruction, mean);

    public void Dropout(Instruction instruction, DropoutOperation dropout) =>
        _built = new DropoutKernel<TLanes, TVector>(memory, instruction, dropout);

    public void Embedding(Instruction instruction) => _built = new EmbeddingKernel(memory, instruction);

    public void EmbeddingGradient(Instruction instruction)
    {
        var kernel = new EmbeddingGradientKernel<TLanes, TVector>(memory, instruction, plan);
        Reserve(kernel.WorkspaceFloats(plan.SamplesMax));
        _built = kernel;
    }
}
