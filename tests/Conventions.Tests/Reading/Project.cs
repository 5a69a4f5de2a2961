using System.Xml;
using System.Xml.Linq;

namespace Distributed.Conventions.Tests.Reading;

/// <summary>One project file.</summary>
/// <param name="Path">Relative to the repository's root, with forward slashes.</param>
/// <param name="Content">With line numbers.</param>
internal sealed record Project(string Path, XDocument Content)
{
    internal string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    internal string Folder => Path[..(Path.LastIndexOf('/') + 1)];

    internal bool UsesActors => Content.Descendants("UsesActors").Any(element => element.Value == "true");

    /// <summary>Names of the projects it references, with the line of each.</summary>
    internal IEnumerable<(string Name, int Line)> References() =>
        Content.Descendants("ProjectReference").Select(element =>
            (System.IO.Path.GetFileNameWithoutExtension(Include(element).Replace('\\', '/')), LineOf(element)));

    internal static string Include(XElement element) => (string?)element.Attribute("Include") ?? "";

    internal static int LineOf(XElement element) => ((IXmlLineInfo)element).LineNumber;
}
