using Distributed.Cli;
using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests;

/// <summary>Goal: every deployed command is one that the program understands. Method: its own parser.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void Commands_AreUnderstood_AsTheyAreWritten() => AssertUnderstood(Commands.Written());

    [NeedsToolFact("kubectl")]
    public void Commands_AreUnderstood_AsKubernetesGetsThem() => AssertUnderstood(Commands.Rendered());

    [Fact]
    public void Jobs_AreUnderstood_WhereTheyAreDeployed() => Assert.All(
        ["deploy/job.yaml", "k8s/base/job.yaml"],
        job =>
        {
            var settings = Cli.Settings.JobFile.Read(Repository.PathOf(job));
            Assert.Empty(settings.Mistakes);
            Assert.NotEmpty(settings.All);
        });

    internal static void AssertUnderstood(IEnumerable<(string Where, string[] Arguments)> commands)
    {
        var known = commands.ToList();
        Assert.NotEmpty(known);
        Assert.All(known, command =>
        {
            var problem = Record.Exception(() =>
            {
                if (new CommandLine().Parse(command.Arguments) is TrainArguments train)
                {
                    train.Settings.ThrowMistakes();
                }
            })?.Message;
            Assert.True(
                problem is null, $"{command.Where}: distributed {string.Join(' ', command.Arguments)}: {problem}");
        });
    }
}
