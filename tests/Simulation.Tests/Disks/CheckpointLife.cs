using System.Text.Json;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Memory;
using Distributed.Simulation.Disks;

namespace Distributed.Simulation.Tests.Disks;

/// <summary>A job's processes, one after another, each checking at its start what the one before left.</summary>
internal sealed class CheckpointLife
{
    private const int Floats = 6;
    private const int Checkpoints = 6;
    private const int UsersMax = 1000;

    private readonly string _name;
    private readonly SeededDraws _script;
    private readonly SeededDraws _faults;
    private readonly SimulatedDisk _disk;
    private (long Step, string Fingerprint)? _kept;
    private (long Step, string Fingerprint)? _inFlight;
    private int _written;

    /// <param name="seed">Decides the states and which step is written twice.</param>
    /// <param name="fault">Where the first fault is; with the seed, what that leaves, and the further ones.</param>
    internal CheckpointLife(int seed, int fault)
    {
        _name = $"seed {seed}, fault {fault}";
        _script = new SeededDraws(seed);
        _faults = new SeededDraws((seed * 10_007) + fault);
        _disk = new SimulatedDisk(_faults.Below);
    }

    internal static CheckpointManifest Manifest(long step) => new()
    {
        Step = step,
        Cursor = new CheckpointCursor(0, step, 0, 0, 0),
        Job = JsonDocument.Parse("{}").RootElement,
        DataSha256 = "data",
        WrittenBy = "1",
    };

    /// <summary>A parameter with random values and its momentum.</summary>
    internal static CheckpointState State(SeededDraws draws)
    {
        var (parameters, momentum) = (new AlignedBuffer(Floats), new AlignedBuffer(Floats));
        for (var i = 0; i < Floats; i++)
        {
            (parameters.Span[i], momentum.Span[i]) = (draws.Below(1_000_000), draws.Below(1_000_000));
        }

        var state = new CheckpointState();
        state.AddParameter("weight", [Floats], parameters, 0);
        state.AddOptimizerState("momentum", "weight", momentum, 0);
        return state;
    }

    /// <summary>Lives until all checkpoints are written, and returns the operations it took.</summary>
    internal long Run(Action<SimulatedDisk>? arm = null)
    {
        arm?.Invoke(_disk);
        for (var user = 1; _written < Checkpoints; user++)
        {
            Assert.True(user < UsersMax, $"{_name}: {UsersMax} users got no further");
            try
            {
                Use();
            }
            catch (SimulatedCrashException)
            {
                _disk.Restart(powerLost: _faults.Below(3) > 0);
                if (_faults.Below(2) == 0)
                {
                    _disk.CrashAt(1 + _faults.Below(30));
                }
            }
            catch (IOException)
            {
                _disk.FullAfter(1_000_000);
            }
        }

        _disk.Restart();
        Check(new CheckpointStore("/run/checkpoints", _disk));
        return _disk.Operations;
    }

    /// <summary>One process: finds the newest checkpoint and writes further ones.</summary>
    private void Use()
    {
        var store = new CheckpointStore("/run/checkpoints", _disk);
        Check(store);
        while (_written < Checkpoints)
        {
            var state = State(_script);
            var step = Math.Max(1, (_kept?.Step ?? 0) + _script.Below(3));
            _inFlight = (step, Fingerprint.Compute(state));
            store.Write(state, Manifest(step));
            (_kept, _inFlight) = (_inFlight, null);
            _written++;
        }
    }

    private void Check(CheckpointStore store)
    {
        (long Step, string Fingerprint)? found = null;
        if (store.Latest() is { } latest)
        {
            // Reading compares the values with the manifest's fingerprint.
            CheckpointStore.Read(latest, State(_faults));
            found = (latest.Manifest.Step, latest.Manifest.Fingerprint);
        }

        Assert.True(
            found == _kept || found == _inFlight,
            $"{_name}: kept {_kept}, in flight {_inFlight}, found {found}");
        (_kept, _inFlight) = (found, null);
    }
}
