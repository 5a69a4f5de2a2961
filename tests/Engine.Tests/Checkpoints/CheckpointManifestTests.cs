using System.Text;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Tests.Checkpoints;

public sealed class CheckpointManifestTests
{
    [Fact]
    public void Json_IsReadableAndComplete()
    {
        var manifest = SampleState.Manifest(1234) with { Fingerprint = "f0", ModelSha256 = "5a", ModelBytes = 99 };
        const string Expected = """
            {
              "format": "distributed-checkpoint",
              "formatVersion": 1,
              "step": 1234,
              "fingerprint": "f0",
              "modelFile": "model.safetensors",
              "modelSha256": "5a",
              "modelBytes": 99,
              "cursor": {
                "epoch": 2,
                "stepInEpoch": 34,
                "epochLossSum": 1234.1,
                "epochHits": 0.3333333333333333,
                "epochSamples": 640
              },
              "job": {
                "model": "mlp",
                "seed": 7
              },
              "dataSha256": "d1",
              "writtenBy": "1.2.3"
            }
            """;
        Assert.Equal(Expected, Encoding.UTF8.GetString(manifest.ToJson()));
    }

    [Theory]
    [InlineData(0.1 + 0.2)]
    [InlineData(-0.0)]
    [InlineData(double.Epsilon)]
    [InlineData(double.MaxValue)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Cursor_KeepsEveryBit_ThroughJson(double loss)
    {
        var cursor = new CheckpointCursor(long.MaxValue, 3, loss, 2.0 / 3, 1L << 53);
        var manifest = SampleState.Manifest(1) with { Cursor = cursor };
        var read = CheckpointManifest.Parse("m", manifest.ToJson());
        Assert.Equal(BitConverter.DoubleToInt64Bits(loss), BitConverter.DoubleToInt64Bits(read.Cursor.EpochLossSum));
        Assert.Equal(cursor, read.Cursor);
    }

    [Fact]
    public void Parse_SaysWhatToDo_WhenTheFormatIsNewer()
    {
        var json = (SampleState.Manifest(1) with { FormatVersion = 2 }).ToJson();
        var error = Assert.Throws<UserErrorException>(() => CheckpointManifest.Parse("out/manifest.json", json));
        Assert.Equal(
            "out/manifest.json: checkpoint format version 2 is newer than this program's 1: "
            + "use the version that wrote it, or a newer one",
            error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"format\":\"other\",\"formatVersion\":1}")]
    [InlineData("{\"format\":\"distributed-checkpoint\",\"formatVersion\":\"1\"}")]
    [InlineData("{\"format\":\"distributed-checkpoint\",\"formatVersion\":1}")]
    [InlineData("{\"format\":\"distributed-checkpoint\",\"formatVersion\":1,\"step\":")]
    public void Parse_CallsItDamaged_WhenItIsNoManifest(string json)
    {
        var error = Assert.Throws<DamagedCheckpointException>(
            () => CheckpointManifest.Parse("m", Encoding.UTF8.GetBytes(json)));
        Assert.DoesNotContain('\n', error.Message);
    }
}
