using System.Linq.Expressions;
using Xunit.Abstractions;

namespace Distributed.Actors.TestKit;

/// <summary>Base of an xunit test class: a system of its own for every test, and an actor the test plays.</summary>
/// <remarks>
/// The implicit sender of Tell in a test is its TestActor, after awaits too. Under <see cref="VirtualTime"/> time
/// moves only through Advance; with a <see cref="SeededDispatcher"/> actors run only while the test waits, on its
/// thread. Errors: Dispose fails the test when the system has not terminated within 5 s.
/// </remarks>
#pragma warning disable MA0049 // the mirrored name, in the mirrored namespace
public abstract class TestKit : TestKitBase, IDisposable
#pragma warning restore MA0049
{
    /// <summary>Actors on the thread pool, the machine's clock.</summary>
    protected TestKit(ITestOutputHelper? output = null)
        : this(new ActorRuntimeOptions(), output)
    {
    }

    /// <summary>Actors on the thread pool, time in the test's hands.</summary>
    protected TestKit(VirtualTime time, ITestOutputHelper? output = null)
        : this(new ActorRuntimeOptions { TimeProvider = time }, output)
    {
    }

    protected TestKit(ActorRuntimeOptions options, ITestOutputHelper? output = null)
        : base(new Stage("test", WithOutput(options, output)), null) => ImplicitSender.SetAmbient(TestActor);

    public IActorRef ActorOf(Props props, string? name = null) => Sys.ActorOf(props, name);

    public IActorRef ActorOf<TActor>(string? name = null)
        where TActor : ActorBase, new() => Sys.ActorOf<TActor>(name);

    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory, string? name = null)
        where TActor : ActorBase => Sys.ActorOf(Props.Create(factory), name);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Terminates the system and waits for it.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
        {
            return;
        }

        ImplicitSender.SetAmbient(null);
        Shutdown(verifySystemShutdown: true);
    }

    private static ActorRuntimeOptions WithOutput(ActorRuntimeOptions options, ITestOutputHelper? output)
    {
        if (output is null)
        {
            return options;
        }

        return options with
        {
            LogSink = log =>
            {
                options.LogSink?.Invoke(log);
                try
                {
                    output.WriteLine(log.ToString());
                }
                catch (InvalidOperationException)
                {
                    // xunit takes no more output once its test has ended; actors may still be stopping.
                }
            },
        };
    }
}
