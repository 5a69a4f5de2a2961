using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Distributed.Engine.Data;

/// <summary>Labelled grey-scale images, each pixel one byte; features are byte · (1/255), 0 to 1.</summary>
/// <remarks>Shapes: pixels are [count, rows, columns] row-major; labels are [count], each below classCount.</remarks>
public sealed class ImageSet : DataSet
{
    private const float PixelScale = 1f / 255f;
    private readonly byte[] _pixels;
    private readonly byte[] _labels;
    private readonly string? _source;

    /// <summary>Wraps pixels and labels without copying; they must not change afterwards.</summary>
    /// <remarks>source, when given, states what the pixels were computed from and is hashed in their place.
    /// Errors: ArgumentException when lengths do not fit or a label is not below classCount.</remarks>
    public ImageSet(string name, int rows, int columns, byte[] pixels, byte[] labels, int classCount,
        string? source = null)
        : base(name, labels.Length, [rows, columns], TaskKind.Classification, classCount)
    {
        if (pixels.LongLength != (long)FeatureCount * labels.Length)
        {
            throw new ArgumentException($"{name}: {pixels.LongLength} pixels for {labels.Length} labels of " +
                $"{rows}×{columns}", nameof(pixels));
        }

        var outside = labels.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)Math.Min(classCount - 1, 255));
        if (outside >= 0)
        {
            throw new ArgumentException($"{name}: label {labels[outside]} of sample {outside} is not below " +
                $"{classCount}", nameof(labels));
        }

        _pixels = pixels;
        _labels = labels;
        _source = source;
    }

    /// <summary>The bytes of one image, row-major.</summary>
    public ReadOnlySpan<byte> Pixels(int sample)
    {
        CheckRead(sample, FeatureCount, FeatureCount);
        return _pixels.AsSpan(sample * FeatureCount, FeatureCount);
    }

    /// <summary>The class of one image.</summary>
    public int Label(int sample) => _labels[sample];

    /// <inheritdoc/>
    public override void ReadFeatures(int sample, Span<float> destination)
    {
        CheckRead(sample, destination.Length, FeatureCount);
        Scale(_pixels.AsSpan(sample * FeatureCount, FeatureCount), destination);
    }

    /// <inheritdoc/>
    public override void Expect(int sample) =>
        Ask<byte>(_pixels.AsSpan(sample * FeatureCount, FeatureCount));

    /// <inheritdoc/>
    public override void ReadTarget(int sample, Span<float> destination)
    {
        CheckRead(sample, destination.Length, TargetWidth);
        destination[0] = _labels[sample];
    }

    /// <inheritdoc/>
    protected override string ComputeContentHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<int>([Count, SampleShape[0], SampleShape[1], ClassCount]));
        if (_source is not null)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(_source));
        }
        else
        {
            hash.AppendData(_pixels);
            hash.AppendData(_labels);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The definition of Scale: one multiplication per pixel.</summary>
    internal static void ScaleDefinition(ReadOnlySpan<byte> pixels, Span<float> destination)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            destination[i] = pixels[i] * PixelScale;
        }
    }

    /// <summary>ScaleDefinition, 16 pixels at a time: conversion is exact and products are rounded once.</summary>
    internal static void Scale(ReadOnlySpan<byte> pixels, Span<float> destination)
    {
        ref var from = ref MemoryMarshal.GetReference(pixels);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var scale = Vector128.Create(PixelScale);
        var i = 0;
        for (; i <= pixels.Length - 16; i += 16)
        {
            var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref from, (nuint)i));
            var (a, b) = Vector128.Widen(low);
            var (c, d) = Vector128.Widen(high);
            (Vector128.ConvertToSingle(a.AsInt32()) * scale).StoreUnsafe(ref to, (nuint)i);
            (Vector128.ConvertToSingle(b.AsInt32()) * scale).StoreUnsafe(ref to, (nuint)i + 4);
            (Vector128.ConvertToSingle(c.AsInt32()) * scale).StoreUnsafe(ref to, (nuint)i + 8);
            (Vector128.ConvertToSingle(d.AsInt32()) * scale).StoreUnsafe(ref to, (nuint)i + 12);
        }
        ScaleDefinition(pixels[i..], destination[i..]);
    }
}
