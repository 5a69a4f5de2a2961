using System.Text;
using Distributed.Engine.Disks;
using Distributed.Engine.Errors;
using Distributed.Engine.Tests.Checkpoints;

namespace Distributed.Engine.Tests.Disks;

/// <summary>The journal on a real disk: its bytes, a torn end, and damage of every kind before the end.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string JournalPath => _folder.File("journal");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_FindsWhatWasAppended_AlsoNothing()
    {
        Assert.Empty(Append());
        Assert.Empty(Append("one", "", "three"));
        Assert.Equal(["one", "", "three"], Append("four"));
        Assert.Equal(["one", "", "three", "four"], Append());
    }

    [Fact]
    public void Append_WritesTheFormat_ByteForByte()
    {
        Assert.Equal(0xE3069283, ~JournalFormat.Crc32C(uint.MaxValue, "123456789"u8));
        Append("ab");
        byte[] checkedBytes = [8, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, (byte)'a', (byte)'b'];
        var crc = ~JournalFormat.Crc32C(uint.MaxValue, checkedBytes);
        byte[] expected = [.. "journal1"u8, 2, 0, 0, 0, .. BitConverter.GetBytes(crc), (byte)'a', (byte)'b'];
        Assert.Equal(expected, File.ReadAllBytes(JournalPath));
    }

    [Fact]
    public void Open_DropsATornEnd_WhereverItIsCut()
    {
        Append("one", "two");
        var whole = File.ReadAllBytes(JournalPath);
        for (var length = whole.Length - 1; length > whole.Length - 11; length--)
        {
            File.WriteAllBytes(JournalPath, whole[..length]);
            using (var journal = Journal.Open(JournalPath, LocalDisk.Instance))
            {
                Assert.Equal(["one"], Texts(journal));
                Assert.Contains($"dropped {length - whole.Length + 11} bytes", journal.Notice);
            }

            Assert.Equal(["one"], Append("three"));
            Assert.Equal(["one", "three"], Append());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(1)]
    public void Open_DropsAnEndOfGarbage(byte value)
    {
        Append("one");
        File.AppendAllBytes(JournalPath, [.. Enumerable.Repeat(value, 600)]);
        Assert.Equal(["one"], Append("two"));
        Assert.Equal(["one", "two"], Append());
    }

    [Fact]
    public void Open_TakesAPayloadForNoRecord_WhenItHoldsAJournalAndIsTorn()
    {
        Append("inner", "records");
        var inner = File.ReadAllBytes(JournalPath);
        File.Delete(JournalPath);
        using (var journal = Journal.Open(JournalPath, LocalDisk.Instance))
        {
            journal.Append([.. inner, 1, 2, 3]);
        }

        var whole = File.ReadAllBytes(JournalPath);
        File.WriteAllBytes(JournalPath, whole[..^1]);
        Assert.Empty(Append());
    }

    [Fact]
    public void Open_RefusesDamageBeforeTheEnd_WhicheverByteItIs()
    {
        Append("one", "two", "three");
        var whole = File.ReadAllBytes(JournalPath);
        for (var at = 0; at < whole.Length - 13; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x10;
            File.WriteAllBytes(JournalPath, damaged);
            var error = Assert.Throws<UserErrorException>(
                () => Journal.Open(JournalPath, LocalDisk.Instance).Dispose());
            var fault = at < 8 ? "not a journal" : at < 19 ? "record 1 at byte 8 is" : "record 2 at byte 19 is";
            Assert.StartsWith($"{JournalPath}: {fault}", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
            Assert.Equal(damaged, File.ReadAllBytes(JournalPath));
        }
    }

    [Fact]
    public void Open_RemovesWhatAnUnfinishedOpeningLeft()
    {
        File.WriteAllText(JournalPath + ".new", "left over");
        Assert.Empty(Append("one"));
        Assert.Equal(["one"], Append());
        Assert.False(File.Exists(JournalPath + ".new"));
    }

    [Fact]
    public void Append_RefusesARecord_WhenItIsTooLong()
    {
        using var journal = Journal.Open(JournalPath, LocalDisk.Instance);
        var error = Assert.Throws<ArgumentException>(() => journal.Append(new byte[Journal.RecordBytesMax + 1]));
        Assert.Contains("1048577 bytes is too long: at most 1048576", error.Message, StringComparison.Ordinal);
        journal.Append(new byte[Journal.RecordBytesMax]);
    }

    /// <summary>Opens, appends, closes; returns what was found at opening.</summary>
    private string[] Append(params string[] records)
    {
        using var journal = Journal.Open(JournalPath, LocalDisk.Instance);
        foreach (var record in records)
        {
            journal.Append(Encoding.UTF8.GetBytes(record));
        }

        return Texts(journal);
    }

    private static string[] Texts(Journal journal) =>
        [.. journal.Records.Select(record => Encoding.UTF8.GetString(record.Span))];
}
