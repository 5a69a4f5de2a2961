namespace Distributed.Engine.Randomness;

/// <summary>What a random number is for; two purposes never share numbers under one seed.</summary>
/// <remarks>The values are part of every fingerprint: add new ones at the end, never renumber.</remarks>
public enum RandomPurpose : uint
{
    /// <summary>No purpose: refused, so that a forgotten one is noticed.</summary>
    None = 0,

    /// <summary>Initial weights. Stream: 0. Index: the place in the flat buffer.</summary>
    Initialise = 1,

    /// <summary>Order of the samples. Stream: the epoch.</summary>
    Shuffle = 2,

    /// <summary>
    /// Dropout masks. In place of the seed: the sample's key in its epoch. Stream: the layer. Index: the element.
    /// </summary>
    Dropout = 3,

    /// <summary>Augmentation. Stream: the epoch. Index: the global sample.</summary>
    Augment = 4,

    /// <summary>The generated digits. Stream: 0 for training, 1 for held out. Index: the sample.</summary>
    Digits = 5,

    /// <summary>Which samples of a single data set are held out. Stream: 0.</summary>
    Holdout = 6,

    /// <summary>Generated data of examples. Stream and index: the example's choice.</summary>
    Example = 7,
}
