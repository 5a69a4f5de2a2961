using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests.Containers;

/// <summary>Goal: what compose.yaml deploys fits together and with the image.</summary>
public sealed class ComposeTests
{
    private const string Secrets = "/run/secrets/";

    [Fact]
    public void HealthChecks_RunTheProgram_BecauseTheImageHasNothingElse()
    {
        var program = Dockerfile.Read().EntryPoint.Single();
        Assert.All(Compose.Services, service => Assert.Equal(
            ["CMD", program], service.Value["healthcheck", "test"].Texts.Take(2)));
    }

    [Fact]
    public void Workers_JoinAService_AtThePortThatItOpens() => Assert.All(
        Compose.Services.Select(service => Commands.ValueOf(service.Value["command"].Texts, "--join")).OfType<string>(),
        join => Assert.EndsWith(
            join.Split(':')[1],
            Commands.ValueOf(Compose.File["services", join.Split(':')[0], "command"].Texts, "--listen")));

    [Fact]
    public void Files_AreMounted_WhereCommandsNameThem() => Assert.All(Compose.Services, service =>
    {
        var mounted = service.Value["volumes"].Texts.Concat(service.Value["tmpfs"].Texts)
            .Select(volume => volume.Split(':')).Select(parts => parts[^1][0] == '/' ? parts[^1] : parts[0])
            .Concat(service.Value["configs"].Items.Select(config => config["target"].Text!))
            .Concat(service.Value["secrets"].Texts.Select(secret => Secrets + secret)).ToList();
        var named = service.Value["command"].Texts.Where(argument => argument[0] == '/');
        Assert.All(named, path => Assert.Contains(mounted, at => $"{path}/".StartsWith($"{at}/")));
    });

    [Fact]
    public void SecretsAndConfigs_AreDeclared_WhereServicesTakeThem()
    {
        var secrets = Compose.File["secrets"].Entries.Select(secret => secret.Key).ToList();
        var configs = Compose.File["configs"].Entries.ToDictionary(config => config.Key, config => config.Value);
        Assert.All(Compose.Services, service =>
        {
            Assert.Contains("cluster-token", service.Value["secrets"].Texts);
            Assert.Empty(service.Value["secrets"].Texts.Except(secrets));
            Assert.Empty(service.Value["configs"].Items.Select(config => config["source"].Text!).Except(configs.Keys));
        });
        Assert.All(configs.Values, config => Assert.True(
            File.Exists(Repository.PathOf($"deploy/{config["file"].Text}")), config["file"].Text));
    }

    [Fact]
    public void Services_MayDoNoMoreThanTheyNeed_InTheirContainers() => Assert.All(Compose.Services, service =>
    {
        Assert.Equal("true", service.Value["read_only"].Text);
        Assert.Equal(["ALL"], service.Value["cap_drop"].Texts);
        Assert.Equal(["no-new-privileges:true"], service.Value["security_opt"].Texts);
        Assert.True(service.Value["stop_grace_period"].Exists);
    });
}
