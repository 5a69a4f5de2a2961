namespace Distributed.Cli.Evaluate;

internal static class EvalCommand
{
    internal static int Run(EvalArguments arguments, CliHost host) =>
        throw new Engine.Errors.UserErrorException(arguments.Checkpoint + host.WorkingDirectory);
}
