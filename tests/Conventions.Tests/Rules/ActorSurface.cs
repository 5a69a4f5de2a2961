using Distributed.Conventions.Tests.Reading;

namespace Distributed.Conventions.Tests.Rules;

/// <summary>
/// What sources may use of the actor kernel: on types that mirror Akka.NET's, only what Akka.NET has too, with its
/// signature. Whatever the kernel adds stands on types of its own, which are listed with the reason.
/// </summary>
/// <remarks>
/// The file has one line per type and, indented below it, one per member. A line "own Type: reason" is a type of the
/// kernel's own, whose members are free; "own: " before a member excepts that one.
/// </remarks>
internal sealed class ActorSurface
{
    internal const string File = "tests/Conventions.Tests/actor-surface.txt";

    private const string Own = "own ";
    private const string OwnMember = "own: ";

    private readonly Dictionary<string, (int Line, HashSet<string> Members)> _mirrored = [];
    private readonly Dictionary<string, int> _own = [];

    internal ActorSurface(IEnumerable<string> lines)
    {
        HashSet<string> members = [];
        foreach (var (index, line) in lines.Index().Where(line => line.Item.Length > 0 && line.Item[0] != '#'))
        {
            if (line.StartsWith(Own, StringComparison.Ordinal))
            {
                _own.Add(line[Own.Length..].Split(':')[0], index + 1);
            }
            else if (line[0] == ' ')
            {
                var member = line.Trim();
                members.Add(
                    member.StartsWith(OwnMember, StringComparison.Ordinal) ? member[OwnMember.Length..] : member);
            }
            else
            {
                members = [];
                _mirrored.Add(line, (index + 1, members));
            }

        }
    }

    /// <summary>Where types and surface differ, in either direction.</summary>
    internal IEnumerable<Finding> Compare(IReadOnlyCollection<Type> types)
    {
        var headers = types.ToLookup(PublicApi.Header);
        foreach (var type in types.Where(type => !_own.ContainsKey(PublicApi.Name(type))))
        {
            foreach (var finding in CompareMirrored(type))
            {
                yield return finding;
            }
        }

        foreach (var (header, (line, _)) in _mirrored.Where(mirrored => !headers.Contains(mirrored.Key)))
        {
            yield return new Finding(File, line, $"no public '{header}'", "delete the lines, or make the type again");
        }

        foreach (var (name, line) in _own.Where(own => types.All(type => PublicApi.Name(type) != own.Key)))
        {
            yield return new Finding(File, line, $"no public type '{name}'", "delete the line");
        }
    }

    private IEnumerable<Finding> CompareMirrored(Type type)
    {
        var header = PublicApi.Header(type);
        if (!_mirrored.TryGetValue(header, out var mirrored))
        {
            yield return new Finding(
                File, 0, $"the public '{header}' is no mirrored type",
                "make it internal; or list it, as Akka.NET 1.5.30 has it, or as 'own' with the reason");
            yield break;
        }

        var members = PublicApi.Members(type).ToList();
        foreach (var member in members.Where(member => !mirrored.Members.Contains(member)))
        {
            yield return new Finding(
                File, mirrored.Line, $"{header}: '{member}' is beyond the mirrored surface",
                "make it internal or move it to a type of the kernel's own; "
                + "list it only if Akka.NET 1.5.30 has exactly this");
        }

        foreach (var member in mirrored.Members.Where(member => !members.Contains(member)))
        {
            yield return new Finding(
                File, mirrored.Line, $"{header}: '{member}' is listed, but not there",
                "give the member this signature, which is the mirrored one, or delete the line");
        }
    }
}
