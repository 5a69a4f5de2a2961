namespace Distributed.Deploy.Tests.Hosts;

/// <summary>Goal: ssh-cluster.sh starts what it should, keeps the token to itself and leaves nothing behind.</summary>
public sealed class SshClusterTests : IDisposable
{
    private readonly SshHosts _hosts = new();

    [SshFact]
    public void Script_RunsTheJobAndBringsTheRun_WhenAllGoesWell()
    {
        _hosts.MakeJobShort();
        var (exit, output, error) = _hosts.Run("--insecure --threads 2 alpha user@beta");
        Assert.True(exit == 0, error);
        Assert.Contains("epoch 1", output);
        Assert.Equal(["kept"], _hosts.Lines("run/journal"));
        Assert.Empty(_hosts.Left);
    }

    [SshFact]
    public void Commands_AreUnderstood_InClearAndEncrypted()
    {
        _hosts.MakeJobShort();
        Assert.Equal(0, _hosts.Run("--insecure --threads 2 alpha user@beta").Exit);
        Directory.Delete(_hosts.PathOf("run"), recursive: true);
        var (exit, _, error) = _hosts.Run("--address 10.0.0.1 alpha user@beta");
        Assert.True(exit == 0, error);
        var called = _hosts.Lines("called");
        Assert.All(
            ["coordinator", "worker", "status", "watch"],
            command => Assert.Contains(called, line => line.StartsWith(command, StringComparison.Ordinal)));
        CommandLineTests.AssertUnderstood(called.Select(line => ("deploy/ssh-cluster.sh", line.Split(' '))));
    }

    [SshFact]
    public void Token_IsReadableByItsOwnerOnly_AndOnNoCommandLine()
    {
        _hosts.MakeJobShort();
        Assert.Equal(0, _hosts.Run("--insecure alpha beta").Exit);
        var token = Assert.Single(_hosts.Lines("token"));
        Assert.Equal(64, token.Length);
        Assert.All(_hosts.Lines("modes"), mode => Assert.Equal("600", mode));
        Assert.DoesNotContain(_hosts.Lines("sent"), line => line.Contains(token, StringComparison.Ordinal));
        Assert.DoesNotContain(_hosts.Lines("called"), line => line.Contains(token, StringComparison.Ordinal));
    }

    [SshFact]
    public void Programs_AreAskedToEndAndTheRunIsKept_WhenTheScriptIsStopped()
    {
        var (exit, _, error) = _hosts.Run("--insecure alpha beta", stop: true);
        Assert.True(exit == 143, error);
        Assert.Equal(["kept"], _hosts.Lines("run/journal"));
        // The coordinator, two workers and the view.
        Assert.Equal(4, _hosts.Lines("ended").Length);
        Assert.Empty(_hosts.Left);
    }

    [SshFact]
    public void Script_StartsNothingAndCleansUp_WhenAHostIsNotReached()
    {
        var (exit, _, error) = _hosts.Run("--insecure alpha broken");
        Assert.Equal(1, exit);
        Assert.Contains("broken: ssh: no route to broken", error);
        Assert.Empty(_hosts.Lines("called"));
        Assert.Empty(_hosts.Left);
    }

    [SshTheory]
    [InlineData("--insecure", "no host is given")]
    [InlineData("--worker alpha", "--worker is no option")]
    [InlineData("alpha --port", "--port has no value")]
    [InlineData("--port 80 alpha", "--port 80 is out of range")]
    [InlineData("--threads none alpha", "--threads none is no count")]
    [InlineData("--job none.yaml alpha", "--job none.yaml cannot be read")]
    [InlineData("alpha;reboot", "'alpha;reboot' is no host")]
    [InlineData("-oProxyCommand=reboot", "-oProxyCommand=reboot is no option")]
    [InlineData("alpha beta alpha", "alpha is given twice")]
    public void Mistakes_GetOneLine_BeforeAnythingIsDone(string arguments, string expected)
    {
        var (exit, _, error) = _hosts.Run(arguments);
        Assert.Equal(2, exit);
        Assert.Contains(expected, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Empty(_hosts.Lines("sent"));
    }

    public void Dispose() => _hosts.Dispose();
}
