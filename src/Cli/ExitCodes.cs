namespace Distributed.Cli;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCodes
{
    internal const int Done = 0;

    /// <summary>The run failed: a disk that is full, a defect.</summary>
    internal const int Failed = 1;

    /// <summary>The command line, a file or a directory is not what is needed.</summary>
    internal const int UserMistake = 2;

    /// <summary>The loss became NaN or infinite.</summary>
    internal const int NotFinite = 3;

    /// <summary>Stopped by a signal after a checkpoint: 130 for Ctrl-C, 143 for SIGTERM, as shells count.</summary>
    internal const int SignalBase = 128;
}
