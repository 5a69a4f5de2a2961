using Distributed.Cluster;
using Distributed.Cluster.Links;
using Distributed.Cluster.Messages;
using Distributed.Coordinator;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Memory;
using Distributed.Engine.Training;

namespace Distributed.Training.Runs;

/// <summary>
/// Keeps the state of a cluster's job as checkpoints: collects it from the workers, each of which sends what it owns,
/// writes it, and gives it back to workers when nobody else has it.
/// </summary>
/// <remarks>
/// One writing at a time, which is what the coordinator asks for. Memory: one copy of parameters and optimizer state,
/// and one more while it serves. Cost: S floats and S per slot come in per checkpoint; as much goes out to every member
/// that is served, each optimizer slot only where that member needs it.
/// </remarks>
public sealed class CollectingJobStore : IJobStore, IDataReceiver
{
    private readonly Lock _gate = new();
    private readonly Func<TrainingState> _newState;
    private readonly CheckpointStore _checkpoints;
    private readonly Func<JobCursor, CheckpointManifest> _describe;
    private readonly IDataLink _link;
    private readonly ICompute _disk;
    private readonly Func<long, Task> _ready;
    private readonly TrainingState _collected;
    private FoundCheckpoint? _newest;
    private Collection? _collection;
    private Service? _service;

    /// <param name="newState">Makes an empty state of the job's model and optimizer.</param>
    /// <param name="checkpoints">Where to.</param>
    /// <param name="describe">The manifest of a state.</param>
    /// <param name="link">The store's own end of the data links.</param>
    /// <param name="disk">Where reading and writing is done.</param>
    /// <param name="ready">Ends once a checkpoint of this step may be written; default at once.</param>
    public CollectingJobStore(
        Func<TrainingState> newState, CheckpointStore checkpoints, Func<JobCursor, CheckpointManifest> describe,
        IDataLink link, ICompute disk, Func<long, Task>? ready = null)
    {
        (_newState, _checkpoints, _describe, _link, _disk) = (newState, checkpoints, describe, link, disk);
        _ready = ready ?? (_ => Task.CompletedTask);
        _collected = newState();
        _newest = checkpoints.Latest();
        Newest = _newest is null ? JobCursor.Start : JobDocument.ToCursor(_newest.Manifest);
        link.Open(this);
    }

    public string Address => _link.Address;

    public JobCursor Newest { get; private set; }

    public Task<Saved> Save(JobCursor cursor, long generation)
    {
        lock (_gate)
        {
            if (_newest is not null && cursor.Step == Newest.Step)
            {
                return Task.FromResult(new Saved(_newest.Path, _newest.Manifest.Fingerprint));
            }

            if (_collection is not null)
            {
                throw new InvalidOperationException("the checkpoint before this one is still being written");
            }

            _collection = new Collection(cursor, generation, _collected);
            return _collection.Result.Task;
        }
    }

    public void Abandon()
    {
        lock (_gate)
        {
            _service = null;
            if (_collection is { IsComplete: false })
            {
                End(_collection, new IOException("the workers changed before they had sent all of it"));
            }
        }
    }

    public Task Serve(Form form, IReadOnlyList<Transfer> transfers)
    {
        lock (_gate)
        {
            var service = _service = new Service(form, transfers);
            if (_newest is not { } kept || kept.Manifest.Step != form.Cursor.Step)
            {
                return Task.FromException(new IOException("a newer checkpoint was written meanwhile"));
            }

            return _disk.Run(ComputeKind.Checkpoint, () =>
            {
                var state = _newState();
                ResumePoint.Read(kept, state);
                lock (_gate)
                {
                    service.State = state;
                    foreach (var rank in service.Greeted)
                    {
                        Give(service, rank);
                    }
                }

                return true;
            });
        }
    }

    void IDataReceiver.OnFrame(in FrameHeader header, ReadOnlySpan<float> floats)
    {
        lock (_gate)
        {
            if (header.Kind == FrameKind.Hello)
            {
                if (header.Generation == _service?.Form.Generation && _service.Greeted.Add(header.From))
                {
                    Give(_service, header.From);
                }
            }
            else if (_collection is { IsComplete: false } collection && collection.Wants(header))
            {
                collection.Take(header, floats);
                if (collection.IsComplete)
                {
                    _ = WriteWhenReady(collection);
                }
            }
        }
    }

    void IDataReceiver.OnPeerLost(string address, string reason)
    {
        lock (_gate)
        {
            if (_collection is { IsComplete: false })
            {
                End(_collection, new IOException($"{address} was lost before it had sent its part: {reason}"));
            }
        }
    }

    /// <summary>However it ends, whoever waits for the checkpoint is told: until then no other one is begun.</summary>
    private async Task WriteWhenReady(Collection collection)
    {
        try
        {
            await _ready(collection.Cursor.Step);
            var written = await _disk.Run(ComputeKind.Checkpoint, () => Write(collection.Cursor));
            lock (_gate)
            {
                (_newest, Newest, _collection) = (written, collection.Cursor, null);
                collection.Result.SetResult(new Saved(written.Path, written.Manifest.Fingerprint));
            }
        }
        catch (Exception error)
        {
            lock (_gate)
            {
                End(collection, error);
            }
        }
    }

    private FoundCheckpoint Write(JobCursor cursor)
    {
        if (_collected.FirstNonFinite() is { } parameter)
        {
            throw new NonFiniteStateException(parameter);
        }

        if (cursor.HasBest)
        {
            _collected.SwapBest();
        }

        return _checkpoints.Write(FileJobStore.View(_collected), _describe(cursor));
    }

    private void End(Collection collection, Exception error)
    {
        _collection = null;
        collection.Result.SetException(error);
    }

    private void Give(Service service, int rank)
    {
        if (service.State is not { } state)
        {
            return; // still being read
        }

        foreach (var transfer in service.Transfers.Where(transfer => transfer.To == rank))
        {
            IReadOnlyList<AlignedBuffer> sources = transfer.Weights ? [state.Parameters] : state.Slots;
            var kind = transfer.Weights ? FrameKind.WeightsTransfer : FrameKind.StateTransfer;
            for (var slot = 0; slot < sources.Count; slot++)
            {
                var header = FrameHeader.OfTransfer(kind, service.Form, slot);
                _link.SendRange(service.Form.Members[rank], header, transfer.Range, sources[slot]);
            }
        }
    }

    /// <summary>One state coming in.</summary>
    private sealed class Collection
    {
        private readonly TrainingState _state;
        private readonly long _generation;
        private readonly RangeSet[] _missing;

        internal Collection(JobCursor cursor, long generation, TrainingState state)
        {
            (Cursor, _generation, _state) = (cursor, generation, state);
            _missing = [.. Enumerable.Repeat(RangeSet.All(state.Layout.Length), 1 + state.Slots.Count)];
        }

        internal JobCursor Cursor { get; }

        internal TaskCompletionSource<Saved> Result { get; } = new();

        internal bool IsComplete => _missing.All(missing => missing.Count == 0);

        internal bool Wants(in FrameHeader header) => header.Generation == _generation
            && header.Step == Cursor.Step && header.Kind is FrameKind.SavedWeights or FrameKind.SavedState;

        internal void Take(in FrameHeader header, ReadOnlySpan<float> floats)
        {
            var index = header.Kind == FrameKind.SavedWeights ? 0 : 1 + header.Part;
            var buffer = index == 0 ? _state.Parameters : _state.Slots[header.Part];
            floats.CopyTo(buffer.Span[header.Offset..]);
            _missing[index] = _missing[index].Except(RangeSet.Of([new FlatRange(header.Offset, header.Count)]));
        }
    }

    /// <summary>One state going out.</summary>
    private sealed class Service(Form form, IReadOnlyList<Transfer> transfers)
    {
        internal Form Form => form;

        internal IReadOnlyList<Transfer> Transfers => transfers;

        internal SortedSet<int> Greeted { get; } = [];

        internal TrainingState? State { get; set; }
    }
}
