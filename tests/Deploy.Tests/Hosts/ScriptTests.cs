using Distributed.Cluster.Security;
using Distributed.Deploy.Tests.Reading;

namespace Distributed.Deploy.Tests.Hosts;

public sealed class ScriptTests
{
    [NeedsToolFact("shellcheck")]
    public void Scripts_PassShellcheck_WhereTheyLie() => Assert.All(Repository.Files("deploy", "*.sh"), script =>
    {
        var (exit, output) = Tool.Run("shellcheck", script);
        Assert.True(exit == 0, output);
    });

    [NeedsToolFact("openssl")]
    public void Certificates_AreOfOneCluster_WhenTheScriptMakesThem()
    {
        var folder = Directory.CreateTempSubdirectory("distributed-certificates-").FullName;
        try
        {
            var (exit, output) = Tool.Run("bash", "deploy/make-certificates.sh", folder);
            Assert.True(exit == 0, output);
            var security = LinkSecurity.Read(
                null, Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"), Path.Combine(folder, "ca.crt"));
            Assert.True(security.IsOfThisCluster(security.Certificate));
            Assert.Equal(2, Tool.Run("bash", "deploy/make-certificates.sh", folder).Exit);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
