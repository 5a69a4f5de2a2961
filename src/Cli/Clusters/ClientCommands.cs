using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;
using Distributed.Engine.Errors;
using Distributed.Hosting;
using Distributed.Training.Runs;
using Google.Protobuf;

namespace Distributed.Cli.Clusters;

/// <summary>distributed submit, status, watch, stop and checkpoint: one call each to a coordinator.</summary>
internal static class ClientCommands
{
    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    internal static int Run(ClientArguments arguments, CliHost host)
    {
        using var interrupts = host.Listen();
        var target = Target(arguments.Coordinator, host);
        var address = target.Address ?? throw new UserErrorException(
            $"there is no coordinator in {target}: start one with distributed cluster or distributed coordinator, or "
            + "give its address with --coordinator HOST:PORT");
        using var client = new ControlClient(
            address, arguments.Security.For(target, host), new ControlClientOptions(), host.Clock);
        try
        {
            return Call(client, arguments, host, interrupts.Stop).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (interrupts.Stop.IsCancellationRequested)
        {
            return ExitCodes.SignalBase + interrupts.Signal;
        }
        catch (ControlException error)
        {
            // A line for each mistake of a job file that was submitted.
            foreach (var line in error.Message.Split('\n'))
            {
                host.Error.WriteLine($"distributed: {line.ReplaceLineEndings(" ")}");
            }

            return error.IsFinal ? ExitCodes.UserMistake : ExitCodes.Failed;
        }
    }

    private static async Task<int> Call(
        ControlClient client, ClientArguments arguments, CliHost host, CancellationToken stop)
    {
        switch (arguments.Command)
        {
            case "submit":
                var request = new SubmitJobRequest
                {
                    JobYaml = ReadJob(arguments.JobFile!, host),
                    RunDir = arguments.RunName ?? "",
                    Resume = arguments.Resume,
                };
                var submitted = await client.SubmitAsync(request, stop);
                Print(host, arguments.Json, submitted, $"job {submitted.JobId} in {submitted.RunDir}");
                return ExitCodes.Done;
            case "status":
                var status = await client.StatusAsync(stop);
                Print(host, arguments.Json, status, StatusText.Of(status));
                return ExitCodes.Done;
            case "stop":
                var stopped = await client.StopAsync(new StopJobRequest(), stop);
                Print(host, arguments.Json, stopped, $"job {stopped.JobId} stopped after step {stopped.Step}");
                return ExitCodes.Done;
            case "checkpoint":
                var saved = await client.CheckpointAsync(stop);
                Print(host, arguments.Json, saved, $"checkpoint of step {saved.Step}: {saved.Path}");
                return ExitCodes.Done;
            default:
                return await Watch(client, arguments.Json, host, stop);
        }
    }

    /// <summary>Until the job's end, or until this command is interrupted, which does nothing to the job.</summary>
    private static async Task<int> Watch(ControlClient client, bool json, CliHost host, CancellationToken stop)
    {
        var (lines, last) = (new StatusLines(host.Clock), JobState.Unspecified);
        await foreach (var update in client.WatchAsync(stop))
        {
            if (update.Event is { } happened)
            {
                Print(host, json, update, happened.Text);
            }
            else
            {
                last = update.Status.State;
                if (json)
                {
                    Print(host, json, update, "");
                }
                else if (lines.Next(update.Status) is { } line)
                {
                    Print(host, json, update, line);
                }
            }

            if (last is JobState.Done or JobState.Stopped or JobState.Failed)
            {
                return last == JobState.Failed ? ExitCodes.Failed : ExitCodes.Done;
            }
        }

        throw new ControlException(ControlStatus.Unavailable, $"the coordinator at {client.Address} has ended");
    }

    private static CoordinatorTarget Target(string? given, CliHost host)
    {
        if (given is not null)
        {
            return CoordinatorTarget.Parse("--coordinator", given, host.Absolute);
        }

        var root = host.Absolute(RunDirectory.RootName);
        var folders = Directory.Exists(root)
            ? Directory.EnumerateDirectories(root).OrderDescending(StringComparer.Ordinal).Prepend(root)
            : [];
        var running = folders.FirstOrDefault(folder => CoordinatorFile.Find(folder) is not null);
        return running is not null
            ? CoordinatorTarget.Parse("--coordinator", running, host.Absolute)
            : throw new UserErrorException(
                $"no coordinator runs in {RunDirectory.RootName}/: give its address or its run directory with "
                + "--coordinator");
    }

    private static string ReadJob(string path, CliHost host)
    {
        try
        {
            return File.ReadAllText(host.Absolute(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{path} cannot be read: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}; give a job file");
        }
    }

    private static void Print(CliHost host, bool json, IMessage message, string text)
    {
        host.Out.Write((json ? Json.Format(message) : text) + "\n");
        host.Out.Flush();
    }
}
