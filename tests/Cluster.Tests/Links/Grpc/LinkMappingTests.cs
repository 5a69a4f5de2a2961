using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Cluster.Contracts;
using Distributed.Cluster.Links.Grpc;
using Google.Protobuf;
using Records = Distributed.Cluster.Messages;
using SignOfLife = Distributed.Cluster.Links.SignOfLife;

namespace Distributed.Cluster.Tests.Links.Grpc;

/// <summary>
/// Goal: every message of the actors crosses the wire unchanged, also those that are yet to be written. Method: all
/// types of the messages' namespace that are no part of another are messages; random ones go there and back.
/// </summary>
public sealed class LinkMappingTests
{
    private static readonly JsonSerializerOptions Comparing = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static TheoryData<Type> Messages
    {
        get
        {
            var all = typeof(Records.Join).Assembly.GetExportedTypes()
                .Where(type => type.Namespace == typeof(Records.Join).Namespace).ToList();
            var parts = all.SelectMany(type => type.GetProperties())
                .SelectMany(property => Within(property.PropertyType))
                .ToHashSet();
            return new TheoryData<Type>(all.Where(type => !parts.Contains(type)).Append(typeof(SignOfLife)));
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void EveryMessage_ComesBackTheSame(Type type)
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var sent = Draw(type, new Random(seed))!;
            var bytes = LinkMapping.ToMessage(sent).ToByteArray();
            var received = LinkMapping.ToRecord(LinkMessage.Parser.ParseFrom(bytes));
            Assert.Equal(type, received.GetType());
            Assert.True(
                JsonSerializer.Serialize(sent, type, Comparing) == JsonSerializer.Serialize(received, type, Comparing),
                $"seed {seed}: {JsonSerializer.Serialize(sent, type, Comparing)} came as "
                + JsonSerializer.Serialize(received, type, Comparing));
        }
    }

    [Fact]
    public void Messages_AreThoseOfTheProtocol()
    {
        // Hello and Welcome open a link and never reach an actor; None is no message.
        var cases = Enum.GetValues<LinkMessage.MessageOneofCase>().Length - 3;
        Assert.Equal(cases, Messages.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"welcome\": {} }")]
    [InlineData("{ \"hello\": {} }")]
    [InlineData("{ \"trainPlan\": {} }")]
    [InlineData("{ \"trainPlan\": { \"weights\": [1, -1] } }")]
    [InlineData("{ \"savePlan\": {} }")]
    [InlineData("{ \"form\": { \"cursor\": {} } }")]
    [InlineData("{ \"form\": { \"cursor\": {}, \"start\": 9 } }")]
    [InlineData("{ \"form\": { \"cursor\": {}, \"start\": 1, \"outgoing\": [{ \"offset\": -1 }] } }")]
    [InlineData("{\"form\": {\"cursor\": {}, \"start\": 1, \"incoming\": [{\"offset\": 2147483647, \"count\": 1 }]}}")]
    [InlineData("{ \"standing\": { \"holdings\": [{ \"cursor\": {}, \"state\": { \"offsets\": [1] } }] } }")]
    [InlineData("{ \"standing\": { \"holdings\": [{}] } }")]
    public void Message_IsRefused_WhenItMakesNoSense(string json)
    {
        var message = json.Length == 0 ? new LinkMessage() : LinkMessage.Parser.ParseJson(json);
        var error = Assert.Throws<ControlException>(() => LinkMapping.ToRecord(message));
        Assert.Equal(ControlStatus.InvalidArgument, error.Status);
        Assert.Contains(message.MessageCase.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sending_Throws_WhenItIsNoMessage() =>
        Assert.Throws<ArgumentException>(() => LinkMapping.ToMessage("text"));

    /// <summary>A type and those that it is made of.</summary>
    private static IEnumerable<Type> Within(Type type) =>
        type.GetGenericArguments().SelectMany(Within).Append(Nullable.GetUnderlyingType(type) ?? type);

    private static object? Draw(Type type, Random random)
    {
        if (type.Equals(typeof(SignOfLife)))
        {
            return SignOfLife.Instance;
        }

        if (type.Equals(typeof(RangeSet)))
        {
            return RangeSet.Of(Enumerable.Range(0, random.Next(5))
                .Select(i => new FlatRange((i * 100) + random.Next(50), random.Next(40))));
        }

        if (type.Equals(typeof(Sharding)))
        {
            return new Sharding([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(1, 100))]);
        }

        if (type.Equals(typeof(FlatRange)))
        {
            return new FlatRange(random.Next(1 << 30), random.Next(1 << 30));
        }

        return type.IsGenericType ? DrawList(type.GetGenericArguments()[0], random) : DrawSingle(type, random);
    }

    private static object DrawList(Type item, Random random)
    {
        var items = Array.CreateInstance(item, random.Next(4));
        for (var i = 0; i < items.Length; i++)
        {
            items.SetValue(Draw(item, random), i);
        }

        // An immutable array is what every kind of list in the messages can be assigned from.
        return typeof(ImmutableArray).GetMethods()
            .Single(method => method is { Name: "Create", IsGenericMethod: true }
                && method.GetParameters() is [{ ParameterType.IsArray: true }])
            .MakeGenericMethod(item).Invoke(null, [items])!;
    }

    private static object? DrawSingle(Type type, Random random)
    {
        if (type.IsEnum)
        {
            var values = type.GetEnumValues();
            return values.GetValue(random.Next(values.Length));
        }

        object? simple = type.Name switch
        {
            nameof(Int32) => random.Next(6) == 0 ? -1 : random.Next(int.MinValue, int.MaxValue),
            nameof(Int64) => random.NextInt64(long.MinValue, long.MaxValue),
            nameof(Single) => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)),
            nameof(Double) => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
            nameof(Boolean) => random.Next(2) == 0,
            nameof(String) =>
                new string([.. Enumerable.Range(0, random.Next(9)).Select(_ => "aé€ \n/"[random.Next(6)])]),
            nameof(TimeSpan) => TimeSpan.FromTicks(random.NextInt64(1L << 40)),
            _ => null,
        };
        if (simple is not null)
        {
            return simple;
        }

        if (type == typeof(Records.NonFinite) && random.Next(2) == 0)
        {
            return null;
        }

        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.Instance)
            .OrderByDescending(candidate => candidate.GetParameters().Length).First();
        return constructor.Invoke(
            [.. constructor.GetParameters().Select(parameter => Draw(parameter.ParameterType, random))]);
    }
}
