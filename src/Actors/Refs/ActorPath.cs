using System.Diagnostics.CodeAnalysis;

namespace Distributed.Actors;

/// <summary>An actor's place in the tree: its system's address and the names from the root down.</summary>
/// <remarks>Equality looks at address and names; <see cref="Uid"/> tells successive actors of one name apart.</remarks>
public sealed class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    private readonly ActorPath? _parent;
    private readonly int _hash;

    /// <summary>The root of a system.</summary>
    internal ActorPath(Address address)
    {
        Address = address;
        Name = "";
        _hash = address.GetHashCode();
    }

    private ActorPath(ActorPath parent, string name, long uid)
    {
        Address = parent.Address;
        Name = name;
        Uid = uid;
        _parent = parent;
        _hash = HashCode.Combine(parent._hash, name);
    }

    public string Name { get; }

    /// <summary>The path one level up; the root is its own parent.</summary>
    public ActorPath Parent => _parent ?? this;

    public Address Address { get; }

    /// <summary>Unique per actor within its system; 0 where it is not known.</summary>
    public long Uid { get; }

    /// <summary>The names from the first level below the root down to this one.</summary>
    public IReadOnlyList<string> Elements
    {
        get
        {
            var names = new List<string>();
            for (var path = this; path._parent is not null; path = path._parent)
            {
                names.Add(path.Name);
            }

            names.Reverse();
            return names;
        }
    }

    public static ActorPath operator /(ActorPath path, string name) => new(path, name, 0);

    public static bool operator ==(ActorPath? left, ActorPath? right) => Equals(left, right);

    public static bool operator !=(ActorPath? left, ActorPath? right) => !Equals(left, right);

    /// <summary>Reads a path as <see cref="ToString"/> writes it, with or without <c>#uid</c>.</summary>
    /// <remarks>Errors: UriFormatException quoting the text.</remarks>
    public static ActorPath Parse(string path) => TryParse(path, out var result)
        ? result
        : throw new UriFormatException($"actor path: '{path}' is not protocol://system/name/…");

    public static bool TryParse(string path, [NotNullWhen(true)] out ActorPath? actorPath)
    {
        actorPath = null;
        var schemeEnd = path.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd < 0)
        {
            return false;
        }

        var addressEnd = path.IndexOf('/', schemeEnd + 3);
        if (addressEnd < 0)
        {
            addressEnd = path.Length;
        }

        if (Address.TryParse(path[..addressEnd]) is not { } address)
        {
            return false;
        }

        var (names, uid) = (path[addressEnd..], 0L);
        var hash = names.LastIndexOf('#');
        if (hash >= 0 && !long.TryParse(names[(hash + 1)..], out uid))
        {
            return false;
        }

        if (hash >= 0)
        {
            names = names[..hash];
        }

        actorPath = names.Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(new ActorPath(address), (parent, name) => parent / name);
        if (uid != 0)
        {
            actorPath = actorPath.WithUid(uid);
        }

        return true;
    }

    public string ToStringWithoutAddress() => "/" + string.Join('/', Elements);

    /// <inheritdoc/>
    public override string ToString() => Address + ToStringWithoutAddress();

    public bool Equals(ActorPath? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || _hash != other._hash || Name != other.Name)
        {
            return false;
        }

        if (_parent is null || other._parent is null)
        {
            return _parent is null && other._parent is null && Address == other.Address;
        }

        return _parent.Equals(other._parent);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ActorPath);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    public int CompareTo(ActorPath? other) => string.CompareOrdinal(ToString(), other?.ToString());

    internal ActorPath Child(string name, long uid) => new(this, name, uid);

    internal string ToStringWithUid() => Uid == 0 ? ToString() : $"{this}#{Uid}";

    private ActorPath WithUid(long uid) => _parent is null ? this : new ActorPath(_parent, Name, uid);
}
