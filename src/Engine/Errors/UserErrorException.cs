namespace Distributed.Engine.Errors;

/// <summary>A user's mistake, told in one line: what was seen, where, what was needed, what to do.</summary>
/// <remarks>The command line prints the message as it is and exits with 2; there is no stack trace to read.</remarks>
public class UserErrorException(string line) : Exception(line);
