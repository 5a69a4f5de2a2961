namespace Distributed.Engine.Plans;

/// <summary>
/// Instructions of a plan, From to before End, that may run one after the other on some samples and then again on
/// others: each treats a sample by itself, and none writes over what another one still reads for later samples.
/// </summary>
/// <remarks>
/// So what one of them writes is still in a cache when the next one reads it. Units: SampleFloats counts the values of
/// one sample that they read and write; it is 0 where the instructions need all samples at once.
/// </remarks>
public readonly record struct SampleLoop(int From, int End, int SampleFloats);
