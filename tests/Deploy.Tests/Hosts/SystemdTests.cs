namespace Distributed.Deploy.Tests.Hosts;

/// <summary>Goal: the units start what is installed, with credentials that they load, and may do no more.</summary>
public sealed class SystemdTests
{
    [Theory]
    [InlineData("DynamicUser", "yes")]
    [InlineData("NoNewPrivileges", "yes")]
    [InlineData("ProtectSystem", "strict")]
    [InlineData("ProtectHome", "yes")]
    [InlineData("PrivateDevices", "yes")]
    [InlineData("CapabilityBoundingSet", "")]
    [InlineData("SystemCallFilter", "@system-service")]
    [InlineData("UMask", "0077")]
    [InlineData("Restart", "on-failure")]
    [InlineData("SuccessExitStatus", "143")]
    [InlineData("TimeoutStopSec", "60s")]
    public void Units_Say_WhatHardensThem(string key, string value) =>
        Assert.All(SystemdUnit.All(), unit => Assert.Equal([value], unit.Values(key)));

    [Fact]
    public void Units_LoadTheCredentials_ThatTheirCommandsName() => Assert.All(SystemdUnit.All(), unit =>
    {
        var loaded = unit.Values("LoadCredential").Select(credential => credential.Split(':')[0]);
        var named = unit.ExecStart.Where(argument => argument.StartsWith("%d/", StringComparison.Ordinal))
            .Select(argument => argument[3..]);
        Assert.Contains("cluster-token", loaded);
        Assert.Equal(loaded.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    });

    [Fact]
    public void Units_StartTheSameProgram_AndAreTwo()
    {
        Assert.Equal(2, SystemdUnit.All().Count());
        Assert.All(SystemdUnit.All(), unit => Assert.Equal("/opt/distributed/distributed", unit.Program));
    }

    [Fact]
    public void Units_WriteOnlyWhere_TheyAreGivenAFolder() => Assert.All(SystemdUnit.All(), unit =>
    {
        var state = unit.Values("StateDirectory").Select(name => $"%S/{name}");
        var given = state.Concat(unit.Values("CacheDirectory").Select(name => $"%C/{name}")).ToList();
        var written = unit.ExecStart.Where(argument => argument.StartsWith("%S/", StringComparison.Ordinal)
            || argument.StartsWith("%C/", StringComparison.Ordinal));
        Assert.NotEmpty(written);
        Assert.All(written, path => Assert.Contains(given, folder => $"{path}/".StartsWith($"{folder}/")));
    });
}
