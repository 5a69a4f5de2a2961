using System.Security.Cryptography;
using System.Text;
using Distributed.Engine.Data;

namespace Distributed.Engine.Tests.Data;

public sealed class DigitGeneratorTests
{
    // The promise: the digits of a seed never change. A change of any pixel needs a new DigitGenerator.Version.
    [Theory]
    [InlineData(0UL, 0UL, "c85dc01b121e769a8056c50264367482abc8b81b302779151dc596b6e8cb8ccf")]
    [InlineData(0UL, 1UL, "c1f449c71637a2a74a079d644e9fbd829ab3d75f1979269074a75f24c6de7a4b")]
    [InlineData(12345UL, 0UL, "560b96d6f614af3ff85b84598f33bf7e6af0e40f8f03c16b28b1e104f40ffc6c")]
    public void Generate_KeepsItsPixels_WhenReleased(ulong seed, ulong part, string sha256)
    {
        var set = DigitGenerator.Generate(seed, (DigitPart)part, 300);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var sample = 0; sample < set.Count; sample++)
        {
            hash.AppendData([(byte)set.Label(sample)]);
            hash.AppendData(set.Pixels(sample));
        }
        Assert.Equal(sha256, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Generate_DrawsEachImageAlone_WhateverTheCount()
    {
        var many = DigitGenerator.Generate(3, DigitPart.Train, 200);
        foreach (var count in (int[])[1, 63, 64, 65, 199])
        {
            var few = DigitGenerator.Generate(3, DigitPart.Train, count);
            for (var sample = 0; sample < count; sample++)
            {
                Assert.Equal(many.Label(sample), few.Label(sample));
                Assert.True(many.Pixels(sample).SequenceEqual(few.Pixels(sample)));
            }
        }
    }

    [Fact]
    public void Generate_Differs_WhenSeedPartOrIndexDiffer()
    {
        var images = new HashSet<string>();
        foreach (var (seed, part) in new[] { (0UL, DigitPart.Train), (0UL, DigitPart.Test), (1UL, DigitPart.Train) })
        {
            var set = DigitGenerator.Generate(seed, part, 500);
            for (var sample = 0; sample < set.Count; sample++)
            {
                images.Add(Convert.ToHexString(set.Pixels(sample)));
            }
        }
        Assert.Equal(1500, images.Count);
    }

    [Fact]
    public void Generate_DrawsEveryClassEvenly()
    {
        var set = DigitGenerator.Generate(9, DigitPart.Train, 5000);
        var counts = new long[10];
        for (var sample = 0; sample < set.Count; sample++)
        {
            counts[set.Label(sample)]++;
        }

        Assert.InRange(Engine.Tests.Randomness.ChiSquared.Of(counts), 0, 40);
    }

    // What makes a picture of a digit: dark paper, enough ink but not too much, little of it at the frame.
    [Fact]
    public void Generate_LeavesInkInsideTheFrame_ForEverySample()
    {
        var set = DigitGenerator.Generate(4, DigitPart.Train, 3000);
        long atFrame = 0;
        for (var sample = 0; sample < set.Count; sample++)
        {
            var image = set.Pixels(sample).ToArray();
            Assert.InRange(image.Count(pixel => pixel > 128), 20, 330);
            Assert.InRange(image.Count(pixel => pixel < 40), 380, 784);
            Assert.InRange(image.Max(), 180, 255);
            atFrame += Enumerable.Range(0, 28).Sum(i =>
                new[] { i, 27 * 28 + i, 28 * i, 28 * i + 27 }.Count(pixel => image[pixel] > 128));
        }
        Assert.InRange(atFrame / (double)set.Count, 0, 1.5);
    }

    // The ten digits as text: read the expected drawing before changing it.
    [Fact]
    public void Generate_DrawsReadableDigits_AsTextArt()
    {
        var set = DigitGenerator.Generate(0, DigitPart.Train, 200);
        var art = new StringBuilder();
        for (var half = 0; half < 10; half += 5)
        {
            var samples = Enumerable.Range(half, 5).Select(digit =>
                Enumerable.Range(0, set.Count).First(sample => set.Label(sample) == digit)).ToArray();
            for (var row = 0; row < 28; row += 2)
            {
                art.AppendLine(string.Concat(samples.Select(sample => TextRow(set, sample, row))).TrimEnd());
            }
        }
        var seen = art.ToString().ReplaceLineEndings("\n").Trim('\n');
        Assert.Equal(TextArt.ReplaceLineEndings("\n").Trim('\n'), seen);
    }

    private static string TextRow(ImageSet set, int sample, int row)
    {
        var pixels = set.Pixels(sample);
        var text = new StringBuilder();
        for (var column = 0; column < 28; column += 2)
        {
            var corner = row * 28 + column;
            var ink = (pixels[corner] + pixels[corner + 1] + pixels[corner + 28] + pixels[corner + 29]) / 4;
            text.Append(ink > 150 ? '#' : ink > 90 ? '+' : ink > 45 ? '.' : ' ');
        }
        return text.ToString();
    }

    private const string TextArt = """
                                          +###
              .###           ++          ##++#+
             .#+.##.         #.         .#+  #+         .+.
             #+   +#.       .#          .#  .#.        ####+            +##
            +#     #.       +#              ##        .#  +#          +###.
            #.     #.       #+             +#+            .#        .#####
           .#     .#       .#             .##           .+##       ###..#+
           +#     ##       +#           ####            ####.     .######+.
           +#    +#        #+          .###++#.            ##        .+###+
           .#+.+##.       .#.           #+####.       +#   ##         +#
            .###+                          .          .##+##.         .+
                                                        +##.


                                           ..##+
               +####.          .         .#####        ++.           .###.
               #####.         +#.        #+  #.       ####+          ######
              +#.           +#+             ++        ##.##         .#+  ##.
              ###+         ##.             .#         ## #+         .##..##+
             +####.      .####             #.         .###           +######
              .  #+      ##+.++            #           ###            .+. ##
                .#.     .#   #            ++          +#.##               #+
           .    ##       #++#.            #           #. +#          +#++##
           ###+##.        ++.             +          .#  ##          .####.
            +###.                                    .#+##
                                                      +##.
        """;
}
