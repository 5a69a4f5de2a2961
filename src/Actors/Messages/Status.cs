namespace Distributed.Actors;

/// <summary>The two outcomes of something asked for, as messages.</summary>
public abstract class Status
{
    private Status()
    {
    }

#pragma warning disable CA1034, MA0069, CA1051 // nested types with public fields are the mirrored shape
    /// <summary>It worked.</summary>
    public sealed class Success(object? status) : Status
    {
        public readonly object? Status = status;
    }

    /// <summary>It failed; asking for a result throws the cause.</summary>
    public sealed class Failure(Exception cause, object? state) : Status
    {
        public readonly Exception Cause = cause;
        public readonly object? State = state;

        public Failure(Exception cause)
            : this(cause, null)
        {
        }

        /// <inheritdoc/>
        public override string ToString() => $"Failure: {Cause}";
    }
#pragma warning restore CA1034, MA0069, CA1051
}
