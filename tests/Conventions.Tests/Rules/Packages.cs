using System.Text.RegularExpressions;
using System.Xml.Linq;
using Distributed.Conventions.Tests.Reading;

namespace Distributed.Conventions.Tests.Rules;

/// <summary>Packages have exact versions, and these stand in one file.</summary>
internal static partial class Packages
{
    internal const string Versions = "Directory.Packages.props";

    internal static IEnumerable<Finding> Central(XDocument props) =>
        props.Descendants("PackageVersion")
            .Where(element => !Exact().IsMatch((string?)element.Attribute("Version") ?? ""))
            .Select(element => new Finding(
                Versions, Project.LineOf(element),
                $"{Project.Include(element)} has version '{(string?)element.Attribute("Version")}'",
                "write one exact version, as 1.2.3"));

    internal static IEnumerable<Finding> Local(Project project) =>
        project.Content.Descendants("PackageReference")
            .Where(element => element.Attributes().Select(attribute => attribute.Name)
                .Concat(element.Elements().Select(child => child.Name))
                .Any(name => name.LocalName is "Version" or "VersionOverride"))
            .Select(element => new Finding(
                project.Path, Project.LineOf(element), $"gives {Project.Include(element)} a version",
                $"write versions into {Versions} only"));

    [GeneratedRegex(
        @"^\d+\.\d+\.\d+(\.\d+)?(-[0-9A-Za-z.-]+)?$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Exact();
}
