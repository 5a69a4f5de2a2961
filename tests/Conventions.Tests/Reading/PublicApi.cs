using System.Reflection;
using System.Runtime.CompilerServices;

namespace Distributed.Conventions.Tests.Reading;

/// <summary>What code outside an assembly can see of a type, one line per member, as C# writes it.</summary>
/// <remarks>
/// Leaves out nullability, which the mirrored library does not have, overrides, which add nothing to their base, and
/// what a body does.
/// </remarks>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
    };

    internal static IEnumerable<Type> Types(Assembly assembly) =>
        assembly.GetTypes().Where(type => type.IsVisible).OrderBy(Name, StringComparer.Ordinal);

    /// <summary>class ReceiveActor : UntypedActor.</summary>
    internal static string Header(Type type)
    {
        var bases = type.GetInterfaces()
            .Where(one => one.IsVisible && type.BaseType?.GetInterfaces().Contains(one) != true
                && !type.GetInterfaces().Any(other => other.IsVisible && other.GetInterfaces().Contains(one)))
            .Select(Name).Order(StringComparer.Ordinal).ToList();
        if (type.IsClass && type.BaseType != typeof(object) && type.BaseType != typeof(MulticastDelegate))
        {
            bases.Insert(0, Name(type.BaseType!));
        }

        var hasBases = bases.Count > 0 && !type.IsEnum && Kind(type) != "delegate";
        return $"{Kind(type)} {Name(type)}{(hasBases ? " : " : "")}{(hasBases ? string.Join(", ", bases) : "")}";
    }

    internal static IEnumerable<string> Members(Type type) => (type.IsEnum
        ? Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt32(Enum.Parse(type, name))}")
        : Kind(type) == "delegate" ? [Method(type.GetMethod("Invoke")!)]
        : type.GetMembers(Declared).SelectMany(Lines)).Order(StringComparer.Ordinal);

    internal static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsByRef)
        {
            return Name(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!)}[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return $"{Name(underlying)}?";
        }

        var own = type.Name.Split('`')[0];
        var name = type is { IsNested: true, IsGenericParameter: false } ? $"{Name(type.DeclaringType!)}.{own}" : own;
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }

    private static string Kind(Type type) => type.IsEnum ? "enum" : type.IsInterface ? "interface"
        : type.IsValueType ? "struct" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : "class";

    private static IEnumerable<string> Lines(MemberInfo member)
    {
        switch (member)
        {
            case ConstructorInfo { IsStatic: false } made when IsSeen(made):
                yield return $"{Access(made)}{made.DeclaringType!.Name}({Parameters(made)})";
                break;
            case MethodInfo { IsSpecialName: false } or MethodInfo { Name: ['o', 'p', '_', ..] }
                when member is MethodInfo method && IsSeen(method) && method.GetBaseDefinition() == method:
                yield return Method(method);
                break;
            case FieldInfo { IsSpecialName: false, IsPublic: true } field:
                var modifiers = field.IsLiteral ? "const "
                    : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
                var value = field.IsLiteral ? $" = {Default(field.GetRawConstantValue())}" : "";
                yield return $"{modifiers}{Name(field.FieldType)} {field.Name}{value}";
                break;
            case PropertyInfo property when property.GetAccessors(true).Where(IsSeen).ToList() is [var first, ..] seen
                && first.GetBaseDefinition() == first:
                var accessors = seen.Select(accessor => accessor.ReturnType == typeof(void) ? "set;" : "get;");
                yield return $"{Access(first)}{(first.IsStatic ? "static " : "")}{Name(property.PropertyType)} "
                    + $"{property.Name} {{ {string.Join(' ', accessors)} }}";
                break;
            default:
                break;
        }
    }

    private static string Method(MethodInfo method)
    {
        var isOperator = method.Name.StartsWith("op_", StringComparison.Ordinal);
        var name = isOperator ? $"operator {method.Name[3..]}" : method.Name;
        var generic = method.IsGenericMethod
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>"
            : "";
        var place = method.IsStatic ? "static "
            : Kind(method.DeclaringType!) != "class" ? ""
            : method.IsAbstract ? "abstract "
            : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "";
        var extends = method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : "";
        return $"{Access(method)}{place}{Name(method.ReturnType)} {name}{generic}({extends}{Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        (parameter.IsOut ? "out " : "")
        + (parameter.IsDefined(typeof(ParamArrayAttribute), false) ? "params " : "")
        + $"{Name(parameter.ParameterType)} {parameter.Name}"
        + (parameter.HasDefaultValue ? $" = {Default(parameter.RawDefaultValue)}" : "")));

    private static string Default(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => value.ToString()!,
    };

    private static bool IsSeen(MethodBase method) =>
        method.IsPublic
        || (method.DeclaringType is { IsSealed: false } && (method.IsFamily || method.IsFamilyOrAssembly));

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";
}
