using System.Xml.Linq;
using Distributed.Conventions.Tests.Reading;

namespace Distributed.Conventions.Tests.Rules;

public sealed class PackagesTests
{
    [Fact]
    public void Packages_HaveExactVersions() =>
        Ratchet.Check("package-version", Packages.Central(
            XDocument.Parse(Repository.Read(Packages.Versions), LoadOptions.SetLineInfo)));

    [Fact]
    public void Projects_CarryNoVersions() =>
        Ratchet.Check("project-version", Repository.Projects.SelectMany(Packages.Local));

    [Theory]
    [InlineData("Version=\"1.*\"")]
    [InlineData("Version=\"[1.0.0,2.0.0)\"")]
    [InlineData("Version=\"1.0\"")]
    [InlineData("")]
    public void Central_FindsAnOpenVersion(string version) => Assert.Single(Packages.Central(
        XDocument.Parse($"<Project><ItemGroup><PackageVersion Include=\"A\" {version} /></ItemGroup></Project>")));

    [Theory]
    [InlineData("1.2.3")]
    [InlineData("1.2.3-preview.4")]
    public void Central_AllowsAnExactVersion(string version) => Assert.Empty(Packages.Central(
        XDocument.Parse($"<Project><PackageVersion Include=\"A\" Version=\"{version}\" /></Project>")));

    [Theory]
    [InlineData("<PackageReference Include=\"A\" Version=\"1.0.0\" />")]
    [InlineData("<PackageReference Include=\"A\" VersionOverride=\"1.0.0\" />")]
    [InlineData("<PackageReference Include=\"A\"><Version>1.0.0</Version></PackageReference>")]
    public void Local_FindsAVersion(string item) => Assert.Single(Packages.Local(
        new Project("src/A/A.csproj", XDocument.Parse($"<Project><ItemGroup>{item}</ItemGroup></Project>"))));
}
