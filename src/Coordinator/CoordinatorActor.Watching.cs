using Distributed.Cluster.Messages;

namespace Distributed.Coordinator;

/// <content>
/// What goes by the held-out losses: when the learning rate is reduced, and when the job ends early. Both are functions
/// of the epochs' losses, which the journal and the checkpoints keep; an epoch that is done again has the same loss, so
/// nothing is forgotten when steps are rolled back.
/// </content>
public sealed partial class CoordinatorActor
{
    private readonly List<double> _testLosses = [];
    private (double? Loss, double? Accuracy)? _bestTest;

    private bool Watches => _options.RatePlateau is not null || _options.EarlyStop is not null;

    /// <summary>How often the rate was reduced before the present step.</summary>
    private int Cuts => _options.RatePlateau?.Count(LossesUpTo(_cursor.Step)) ?? 0;

    /// <summary>True once the losses say that the job is to end here.</summary>
    private bool StopsEarly => _evaluated && EndsEarlyAt(_cursor.Step);

    private long StepsTotal => StopsEarly ? _cursor.Step : _options.StepsTotal;

    /// <summary>What a checkpoint keeps of the present state. At the job's end the best parameters come in front.
    /// </summary>
    private JobCursor KeptCursor => !Watches ? _cursor : _cursor with
    {
        TestLosses = [.. LossesUpTo(_cursor.Step)],
        HasBest = _options.RestoresBest && _evaluated && _cursor.Step >= StepsTotal
            && BestEpoch is > 0 and var best && best < Epoch,
    };

    /// <summary>The epoch, from 1, with the best loss so far; 0 for none.</summary>
    private int BestEpoch => _options.EarlyStop?.Best(LossesUpTo(_cursor.Step)) ?? 0;

    /// <summary>The state at an epoch's end is the best so far: the first step that follows keeps it.</summary>
    private bool TakesBest => _options.RestoresBest && _cursor.Step > 0
        && _cursor.Step % _options.StepsPerEpoch == 0 && BestEpoch == Epoch;

    private bool EndsEarlyAt(long step) => step > 0 && step % _options.StepsPerEpoch == 0
        && _options.EarlyStop is { } plateau && plateau.Count(LossesUpTo(step)) > 0;

    private IEnumerable<double> LossesUpTo(long step) => _testLosses.Take((int)(step / _options.StepsPerEpoch));

    private void Recall(JobCursor kept, JournalState found) => _testLosses.AddRange(
        found.TestLosses.Count > kept.TestLosses.Count ? found.TestLosses : kept.TestLosses);

    /// <summary>The held-out results of the parameters that the job ends with.</summary>
    private (double? Loss, double? Accuracy) EndTest => !KeptCursor.HasBest ? _test
        : _bestTest is { } best ? best
        : (_testLosses[BestEpoch - 1], null);

    private void NoteTest(double? loss, double? accuracy)
    {
        if (!Watches || loss is not { } value)
        {
            return;
        }

        if (Epoch > _testLosses.Count)
        {
            _testLosses.Add(value);
        }
        else
        {
            _testLosses[Epoch - 1] = value;
        }

        _bestTest = BestEpoch == Epoch ? (loss, accuracy) : _bestTest;
    }
}
