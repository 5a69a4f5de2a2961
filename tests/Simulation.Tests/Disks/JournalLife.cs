using Distributed.Engine.Disks;
using Distributed.Simulation.Disks;

namespace Distributed.Simulation.Tests.Disks;

/// <summary>A journal's users, one after another, each checking at opening what the one before left.</summary>
internal sealed class JournalLife
{
    private const string JournalPath = "/run/journal";
    private const int Records = 12;
    private const int UsersMax = 1000;

    private readonly string _name;
    private readonly SeededDraws _script;
    private readonly SeededDraws _faults;
    private readonly SimulatedDisk _disk;
    private readonly List<byte[]> _kept = [];
    private byte[]? _inFlight;

    /// <param name="seed">Decides the records and when the journal is opened again.</param>
    /// <param name="fault">Where the first fault is; with the seed, what that leaves, and the further ones.</param>
    internal JournalLife(int seed, int fault)
    {
        _name = $"seed {seed}, fault {fault}";
        _script = new SeededDraws(seed);
        _faults = new SeededDraws(HashCode(seed, fault));
        _disk = new SimulatedDisk(_faults.Below);
    }

    /// <summary>Lives until all records are kept, and returns the operations it took.</summary>
    internal long Run(Action<SimulatedDisk>? arm = null)
    {
        arm?.Invoke(_disk);
        for (var user = 1; _kept.Count < Records; user++)
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
                    _disk.CrashAt(1 + _faults.Below(12));
                }
            }
            catch (IOException)
            {
                _disk.FullAfter(1_000_000);
            }
        }

        _disk.Restart();
        Open().Dispose();
        return _disk.Operations;
    }

    /// <summary>One user: opens, appends until it has had enough or something fails.</summary>
    private void Use()
    {
        using var journal = Open();
        do
        {
            var record = _script.Bytes(_script.Below(3) == 0 ? _script.Below(1500) : _script.Below(30));
            _inFlight = record;
            try
            {
                journal.Append(record);
            }
            catch (IOException)
            {
                Assert.Throws<IOException>(() => journal.Append([1]));
                throw;
            }

            _kept.Add(record);
            _inFlight = null;
        }
        while (_kept.Count < Records && _script.Below(4) > 0);
    }

    private Journal Open()
    {
        var journal = Journal.Open(JournalPath, _disk);
        var found = journal.Records.Select(record => Convert.ToHexString(record.Span)).ToList();
        if (_inFlight is not null && found.Count == _kept.Count + 1)
        {
            _kept.Add(_inFlight);
        }

        _inFlight = null;
        var needed = _kept.Select(Convert.ToHexString);
        Assert.True(needed.SequenceEqual(found), $"{_name}: {_kept.Count} records were kept, found {found.Count}");
        return journal;
    }

    private static int HashCode(int seed, int fault) => (seed * 10_007) + fault;
}
