using System.Threading.Channels;

namespace Distributed.Cluster.Links.Grpc;

/// <summary>A control link over a call's stream, the same at both sides.</summary>
/// <remarks>
/// Two loops: one sends what is queued, from the beginning; one delivers what comes, once it is opened. Until then
/// nothing is read, so what came before waits in the transport's bounded windows. The delivering loop alone calls back.
/// </remarks>
internal sealed class LinkConnection : IControlConnection
{
    /// <summary>How long what was sent may take to go out after this side has closed.</summary>
    private static readonly TimeSpan DrainBound = TimeSpan.FromSeconds(1);

    private readonly LinkStream _stream;
    private readonly LinkQueueBounds _bounds;
    private readonly int _messageBytesMax;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _ending;
    private readonly Lock _gate = new();
    private readonly Channel<byte[]> _queue;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _sending;
    private long _queuedBytes;
    private bool _isOpen;
    private bool _isClosedHere;
    private string? _reason;

    /// <param name="peer">The other side, for people.</param>
    /// <param name="stream">The call's.</param>
    /// <param name="bounds">Of what waits to be sent.</param>
    /// <param name="messageBytesMax">Of one message.</param>
    /// <param name="clock">For the time that sending may take after the end.</param>
    /// <param name="lost">Cancelled when the call is over, whoever ended it.</param>
    internal LinkConnection(
        string peer, LinkStream stream, LinkQueueBounds bounds, int messageBytesMax, TimeProvider clock,
        CancellationToken lost)
    {
        (Peer, _stream, _bounds, _messageBytesMax, _clock) = (peer, stream, bounds, messageBytesMax, clock);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(lost);
        _queue = Channel.CreateBounded<byte[]>(
            new BoundedChannelOptions(bounds.MessagesMax) { SingleReader = true });
        _sending = Task.Run(SendAllAsync, CancellationToken.None);
    }

    public string Peer { get; }

    /// <summary>Done when the link is over and nothing more goes out.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>What the other side is told where it broke the rules; known once the link has ended.</summary>
    internal ControlException? Failure { get; private set; }

    public void Open(Action<object> received, Action<string> closed)
    {
        lock (_gate)
        {
            if (_isOpen)
            {
                throw new InvalidOperationException($"link to {Peer}: it is open already");
            }

            _isOpen = true;
        }

        _ = Task.Run(() => DeliverAllAsync(received, closed));
    }

    public void Send(object message)
    {
        var frame = MessageFraming.Frame(LinkMapping.ToMessage(message));
        if (frame.Length - MessageFraming.PrefixBytes > _messageBytesMax)
        {
            Fail(new ControlException(
                ControlStatus.ResourceExhausted,
                $"{message.GetType().Name} of {frame.Length} bytes: {_messageBytesMax} are the limit"));
            return;
        }

        var bytes = Interlocked.Add(ref _queuedBytes, frame.Length);
        if (!_queue.Writer.TryWrite(frame) || bytes > _bounds.BytesMax)
        {
            FailOfFullQueue(bytes);
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            if (_isClosedHere)
            {
                return;
            }

            _isClosedHere = true;
            _reason ??= "closed here";
        }

        _queue.Writer.TryComplete();
        _ = DrainAsync();
    }

    private void FailOfFullQueue(long bytes)
    {
        lock (_gate)
        {
            if (_reason is not null)
            {
                return; // it has closed, and a closed link takes nothing
            }
        }

        Fail(new ControlException(
            ControlStatus.ResourceExhausted,
            $"{Peer} does not read: {_queue.Reader.Count} messages of {bytes} bytes wait, of at most "
            + $"{_bounds.MessagesMax} and {_bounds.BytesMax}"));
    }

    private async Task DrainAsync()
    {
        try
        {
            await _sending.WaitAsync(DrainBound, _clock);
            if (_stream.Complete is { } complete && _isOpen)
            {
                // Cancelling now would take what was sent from the other side; it ends the call when it has read all.
                complete();
                await Ended.WaitAsync(DrainBound, _clock);
            }
        }
        catch (TimeoutException)
        {
            // The other side does not read; it hears of the end all the same.
        }

        End("closed here");
    }

    private async Task SendAllAsync()
    {
        try
        {
            await foreach (var frame in _queue.Reader.ReadAllAsync(_ending.Token))
            {
                await _stream.WriteAsync(frame, _ending.Token);
                Interlocked.Add(ref _queuedBytes, -frame.Length);
            }
        }
        catch (Exception error)
        {
            End(Describe(error));
        }
    }

    private async Task DeliverAllAsync(Action<object> received, Action<string> closed)
    {
        try
        {
            while (await _stream.ReadAsync(_ending.Token) is { } message)
            {
                var record = LinkMapping.ToRecord(message);
                if (!Volatile.Read(ref _isClosedHere))
                {
                    received(record);
                }
            }

            End($"closed by {Peer}");
        }
        catch (ControlException error)
        {
            Fail(error);
        }
        catch (Exception error)
        {
            End(Describe(error));
        }

        if (!Volatile.Read(ref _isClosedHere))
        {
            closed(_reason!);
        }
    }

    /// <summary>A stream that was aborted, which is a cancellation, says nothing that "lost" does not.</summary>
    private string Describe(Exception error) => (error.InnerException ?? error) is OperationCanceledException
        ? $"connection to {Peer} lost"
        : $"connection to {Peer} lost: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}";

    private void Fail(ControlException failure)
    {
        lock (_gate)
        {
            Failure ??= _reason is null ? failure : null;
        }

        End(failure.Message);
    }

    /// <summary>The first reason is the one that counts.</summary>
    private void End(string reason)
    {
        lock (_gate)
        {
            _reason ??= reason;
        }

        _queue.Writer.TryComplete();
        _ending.Cancel();
        _ended.TrySetResult();
    }
}
