namespace Distributed.EndToEnd.Tests.Processes;

/// <summary>A process that is stopped for a while, and goes on by itself; disposing waits for that.</summary>
internal sealed class Pause : IDisposable
{
    private readonly ManualResetEventSlim _isOver = new();
    private readonly Timer _timer;

    internal Pause(RunningProcess process, TimeSpan time)
    {
        process.Send(Signals.Stop);
        _timer = new Timer(
            _ =>
            {
                Signals.TrySend(process.Id, Signals.Continue);
                _isOver.Set();
            },
            null, time, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _isOver.Wait();
        _timer.Dispose();
        _isOver.Dispose();
    }
}
