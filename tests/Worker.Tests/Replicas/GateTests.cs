using Distributed.Worker.Replicas;

namespace Distributed.Worker.Tests.Replicas;

public sealed class GateTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);

    private readonly Gate _gate;
    private int _announced;
    private int _handled;
    private int _inside;

    public GateTests() => _gate = new Gate(
        () => Volatile.Read(ref _announced) > Volatile.Read(ref _handled),
        () =>
        {
            Assert.Equal(1, Interlocked.Increment(ref _inside));
            Volatile.Write(ref _handled, Volatile.Read(ref _announced));
            Interlocked.Decrement(ref _inside);
        });

    [Fact]
    public void Knock_HandlesAtOnce_WhenNobodyIsInside()
    {
        _announced = 1;
        _gate.Knock();
        Assert.Equal(1, _handled);
    }

    // The knock has to return while the other one is inside: were it to wait, this would hang.
    [Fact]
    public void Knock_LeavesItToTheOneInside_WhenThereIsOne()
    {
        using (_gate.Enter())
        {
            var other = new Thread(() =>
            {
                _announced = 1;
                _gate.Knock();
            });
            other.Start();
            Assert.True(other.Join(Ample));
            Assert.Equal(0, _handled);
            _announced = 2;
            _gate.Knock(); // nor does it interrupt the one inside
            Assert.Equal(0, _handled);
            using (_gate.Enter())
            {
                Assert.Equal(0, _handled);
            }

            Assert.Equal(0, _handled);
        }

        Assert.Equal(2, _handled);
    }

    [Fact]
    public void Announcements_AreAllHandled_WhenManyKnockAndEnter()
    {
        const int Rounds = 20_000;
        var threads = Enumerable.Range(0, 4).Select(index => new Thread(() =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                if (index < 2)
                {
                    Interlocked.Increment(ref _announced);
                    _gate.Knock();
                    continue;
                }

                using (_gate.Enter())
                {
                    Assert.Equal(0, _inside);
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        Assert.All(threads, thread => Assert.True(thread.Join(Ample)));
        Assert.Equal((2 * Rounds, 2 * Rounds), (_announced, _handled));
    }
}
