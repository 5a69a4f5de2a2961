namespace Distributed.Actors.Tests;

/// <summary>
/// The index of mirrored behaviour: every statement about Akka.NET 1.5.30 that this kernel keeps, and the tests that
/// hold it. What concerns clusters, remoting, HOCON, time factors and the scheduler's tick is not mirrored; making an
/// actor with new throws in a test as it does everywhere outside a system.
/// </summary>
public sealed class SemanticsTests
{
    public static TheoryData<string, string[]> Mailboxes => new()
    {
        { "the default mailbox is unbounded, first in first out",
            [nameof(MailboxTests.Mailbox_IsUnboundedAndInOrder_WhenNothingIsChosen)] },
        { "order holds per pair of sender and receiver; one message at a time",
            [nameof(MailboxStressTests.Mailbox_KeepsEverySendersOrderAndLosesNothing_WhenThreadsCompete)] },
        { "actors run on the thread pool",
            [nameof(ActorSystemTests.Create_StartsOnTheThreadPoolAndMachineClock_WhenNothingIsChosen)] },
        { "a slice is 30 messages",
            [nameof(DispatcherTests.Slice_YieldsToOthers_WhenOneActorHasMoreThanThirtyMessages)] },
        { "system messages overtake user messages",
            [nameof(MailboxTests.SystemMessages_OvertakeUserMessages_WhenBothWait)] },
        { "a stash goes back to the front of the mailbox",
            [nameof(StashTests.UnstashAll_PutsMessagesBeforeTheMailboxInOrder_WhenOthersWait)] },
        { "telling null throws at the caller",
            [nameof(ReceiveActorTests.Tell_Throws_WhenTheMessageIsNull)] },
        { "the sender is never null, but the dead letters",
            [nameof(ReceiveActorTests.Sender_IsDeadLetters_WhenNobodyIsNamed)] },
        { "a test's implicit sender is TestActor, after await and ConfigureAwait(false) too",
            [nameof(ThreadedKitTests.ImplicitSender_IsTheTestActor_WhenTheTestHasAwaited)] },
    };

    public static TheoryData<string, string[]> Receiving => new()
    {
        { "the first matching Receive in declaration order wins",
            [nameof(ReceiveActorTests.Receive_TakesTheFirstMatch_WhenSeveralFit)] },
        { "Receive after ReceiveAny throws",
            [nameof(ReceiveActorTests.Receive_Throws_WhenAnEarlierHandlerTakesEverything)] },
        { "Receive outside constructor and Become throws",
            [nameof(ReceiveActorTests.Receive_Throws_WhenOutsideConstructorAndBecome)] },
        { "an unmatched message is published as UnhandledMessage",
            [nameof(ReceiveActorTests.UnmatchedMessage_IsPublishedAsUnhandled_WhenNoHandlerFits)] },
        { "an unmatched Terminated stops the actor by DeathPactException",
            [nameof(WatchTests.Watcher_Stops_WhenItDoesNotHandleTerminated)] },
        { "ReceiveAsync suspends the mailbox until its task ends",
            [nameof(ReceiveAsyncTests.NextMessage_Waits_WhenAHandlerAwaits)] },
        { "Self, Sender and Context are valid after await",
            [nameof(ReceiveAsyncTests.SelfSenderAndContext_AreValid_WhenAHandlerHasAwaited)] },
        { "a faulted handler task goes to supervision",
            [nameof(ReceiveAsyncTests.Failure_GoesToSupervision_WhenItComesAfterAnAwait),
                nameof(ReceiveAsyncTests.Failure_GoesToSupervision_WhenItComesBeforeAnyAwait)] },
        { "Context outside an actor throws NotSupportedException",
            [nameof(ReceiveActorTests.Context_Throws_WhenUsedOutsideAnActor)] },
        { "new of an actor outside a system throws ActorInitializationException",
            [nameof(ReceiveActorTests.New_Throws_WhenOutsideASystem)] },
    };

    public static TheoryData<string, string[]> NamesAndProps => new()
    {
        { "a name is unique among living siblings",
            [nameof(LifecycleTests.Name_IsRefused_WhenALivingSiblingHasIt)] },
        { "bad characters in a name are refused",
            [nameof(LifecycleTests.Name_IsRefused_WhenItIsMalformed)] },
        { "automatic names are $a, $b, …",
            [nameof(LifecycleTests.Name_IsAnAutomaticOne_WhenNoneIsGiven)] },
        { "a name is free once Terminated has been seen",
            [nameof(LifecycleTests.Name_IsFreeWithANewUid_WhenTerminatedHasBeenSeen)] },
        { "constructor arguments are evaluated once per Props",
            [nameof(PropsTests.Create_EvaluatesArgumentsOnce_WhenActorsAreMadeAndRestarted)] },
        { "the body of Props.Create must be a new expression",
            [nameof(PropsTests.Create_NamesTheExpression_WhenItIsNotANewExpression)] },
    };

    public static TheoryData<string, string[]> Supervision => new()
    {
        { "the default strategy is one for one, with unlimited restarts",
            [nameof(SupervisorStrategyTests.DefaultStrategy_RestartsTheFailedChildWithoutLimit_WhenNothingIsChosen)] },
        { "failed starts, kills and death pacts stop; everything else restarts",
            [nameof(SupervisorStrategyTests.DefaultDecider_StopsFailedStartsKillsAndDeathPacts_WhenOthersRestart),
                nameof(LifecycleTests.Kill_StopsTheActor_WhenStrategyIsTheDefault)] },
        { "PreRestart stops all children, then runs PostStop",
            [nameof(RestartTests.Restart_StopsChildrenBeforeTheNewActorIsMade_WhenChildrenTakeTime)] },
        { "a restart is prerestart, poststop, constructor, postrestart, prestart",
            [nameof(RestartTests.Restart_RunsHooksInOrder_WhenAHandlerThrows)] },
        { "the failing message is dropped, the rest of the mailbox is kept",
            [nameof(RestartTests.Restart_DropsTheFailingMessageAndKeepsTheMailbox_WhenMessagesWait)] },
        { "fields and behaviour are reset by a restart",
            [nameof(RestartTests.Restart_ResetsFieldsAndBehaviour_WhenAHandlerThrows)] },
        { "timers are cancelled by a restart",
            [nameof(RestartTests.Restart_CancelsTimers_WhenOneHadFiredAlready)] },
        { "the stash goes to the mailbox's front in order before the new actor runs",
            [nameof(RestartTests.Restart_UnstashesToTheMailboxFrontInOrder_WhenMessagesAreStashed)] },
        { "Resume keeps state",
            [nameof(RestartTests.Resume_KeepsStateAndMailbox_WhenTheStrategySaysSo)] },
        { "failure N + 1 stops the child; a limit of 0 never restarts",
            [nameof(SupervisorStrategyTests.RetryLimit_StopsTheChildAtOneFailureMore_WhenThereIsNoTimeRange)] },
        { "a limit of null or -1 is none",
            [nameof(SupervisorStrategyTests.RetryLimit_IsUnlimited_WhenItIsNullOrMinusOne)] },
        { "a time range with limit -1 means one restart per range",
            [nameof(SupervisorStrategyTests.RetryLimit_IsOnePerTimeRange_WhenOnlyTheRangeIsGiven)] },
        { "an exception in the constructor stops the child and tells its watchers",
            [nameof(LifecycleTests.Constructor_StopsTheChildAndTellsWatchers_WhenItThrows)] },
        { "an exception in PreStart stops the child and tells its watchers",
            [nameof(LifecycleTests.PreStart_StopsTheChildAndTellsWatchers_WhenItThrows)] },
    };

    public static TheoryData<string, string[]> Stopping => new()
    {
        { "children stop first",
            [nameof(LifecycleTests.Stop_StopsChildrenFirst_WhenActorHasChildren)] },
        { "the current message is finished, those that wait become dead letters",
            [nameof(LifecycleTests.Stop_FinishesCurrentMessageAndTurnsTheRestIntoDeadLetters_WhenMessagesWait)] },
        { "PoisonPill queues behind earlier messages",
            [nameof(LifecycleTests.PoisonPill_QueuesBehindEarlierMessages_WhenMessagesWait)] },
        { "Terminated is delivered once",
            [nameof(WatchTests.Terminated_IsDeliveredOnce_WhenWatchedTwice)] },
        { "Terminated comes through the user mailbox",
            [nameof(WatchTests.Terminated_ComesThroughTheUserMailbox_WhenMessagesWaitBeforeIt)] },
        { "Terminated is not delivered after Unwatch",
            [nameof(WatchTests.Terminated_IsNotDelivered_WhenUnwatchedWhileItWasQueued)] },
    };

    public static TheoryData<string, string[]> Asking => new()
    {
        { "without a timeout Ask waits without end",
            [nameof(AskTests.Ask_WaitsWithoutEnd_WhenNoTimeoutIsGiven)] },
        { "a timeout throws AskTimeoutException, which is no TimeoutException",
            [nameof(AskTests.Ask_ThrowsAskTimeout_WhenNoAnswerComesInTime)] },
        { "the caller's token throws TaskCanceledException",
            [nameof(AskTests.Ask_IsCanceled_WhenTheCallersTokenIs)] },
        { "a reply of the wrong type throws ArgumentException",
            [nameof(AskTests.Ask_ThrowsArgumentException_WhenTheAnswerHasAnotherType)] },
        { "Ask<T> throws a failure's cause",
            [nameof(AskTests.Ask_ThrowsTheCause_WhenTheAnswerIsAFailure)] },
        { "Ask<object> returns the failure",
            [nameof(AskTests.Ask_GivesTheFailure_WhenAnyObjectIsAskedFor)] },
        { "a stopped target is a dead letter and a timeout",
            [nameof(AskTests.Ask_LeavesADeadLetterAndTimesOut_WhenTheTargetHasStopped)] },
        { "an actor's exception does not reach who asks",
            [nameof(AskTests.Ask_TimesOut_WhenTheActorFails)] },
        { "GracefulStop is false on timeout and does not throw",
            [nameof(AskTests.GracefulStop_IsFalse_WhenTheActorTakesLonger)] },
        { "PipeTo's sender is nobody by default",
            [nameof(AskTests.PipeTo_TellsTheResult_WhenTheTaskSucceeds)] },
        { "PipeTo tells a failure as Status.Failure",
            [nameof(AskTests.PipeTo_TellsAFailure_WhenTheTaskFails)] },
    };

    public static TheoryData<string, string[]> Timers => new()
    {
        { "the same key replaces a timer",
            [nameof(ActorTimersTests.Timer_IsReplaced_WhenItsKeyIsStartedAgain)] },
        { "the first periodic tick comes after the interval",
            [nameof(ActorTimersTests.PeriodicTimer_FiresFirstAfterItsInterval_WhenNoDelayIsGiven)] },
        { "the first periodic tick comes after the initial delay, if given",
            [nameof(ActorTimersTests.PeriodicTimer_FiresFirstAfterItsDelay_WhenOneIsGiven)] },
        { "a queued tick is discarded once cancelled, replaced or restarted",
            [nameof(ActorTimersTests.Tick_IsDiscarded_WhenItsTimerIsCancelledAfterItWasQueued),
                nameof(ActorTimersTests.Tick_IsDiscarded_WhenItsTimerIsReplacedAfterItWasQueued),
                nameof(ActorTimersTests.Tick_IsDiscarded_WhenTheActorRestartedAfterItWasQueued)] },
        { "timers are cancelled on stop",
            [nameof(ActorTimersTests.Timers_StopSilently_WhenTheActorStops)] },
        { "a single timer is inactive when its handler runs",
            [nameof(ActorTimersTests.SingleTimer_IsInactive_WhenItsHandlerRuns)] },
    };

    public static TheoryData<string, string[]> Events => new()
    {
        { "subscription is by assignable type",
            [nameof(EventStreamTests.Publish_ReachesSubscribersOfTheTypeAndItsBases_WhenAssignable)] },
        { "nothing is replayed",
            [nameof(EventStreamTests.Publish_ReplaysNothing_WhenSomebodySubscribesLater)] },
        { "dead subscribers are removed",
            [nameof(EventStreamTests.Subscriber_IsForgotten_WhenItHasStopped)] },
        { "log events travel on the stream",
            [nameof(LogTests.Log_TravelsOnTheEventStreamWithItsSource_WhenAnActorWrites)] },
    };

    public static TheoryData<string, string[]> Shutdown => new()
    {
        { "the phases run in their order",
            [nameof(CoordinatedShutdownTests.Phases_RunInOrder_WhenEachHasATask)] },
        { "a phase has 5 s, two have 10 s; a late task is logged and skipped",
            [nameof(CoordinatedShutdownTests.Phase_IsLoggedAndLeft_WhenItsTimeIsUp)] },
        { "the tasks of a phase run in parallel",
            [nameof(CoordinatedShutdownTests.Tasks_RunInParallel_WhenTheyShareAPhase)] },
        { "a failed task is logged and skipped",
            [nameof(CoordinatedShutdownTests.FailedTask_IsLoggedAndSkipped_WhicheverWayItFails)] },
        { "the shutdown runs once",
            [nameof(CoordinatedShutdownTests.Shutdown_RunsOnce_WhenAskedForAgain)] },
        { "ActorSystem.Terminate runs it too",
            [nameof(CoordinatedShutdownTests.Terminate_RunsTheShutdown_WhenItHasTasks)] },
    };

    public static TheoryData<string, string[]> Kit => new()
    {
        { "expectations wait 3 s, the end of a system 5 s",
            [nameof(TestKitTests.Waits_AreThreeSecondsAndFiveForTheEnd_WhenNothingIsGiven)] },
        { "AwaitAssert looks every 100 ms, AwaitCondition every tenth of its time",
            [nameof(TestKitTests.AwaitAssertAndCondition_LookEvery100MsAndTenth_WhenNoIntervalIsGiven)] },
        { "Within narrows the default",
            [nameof(TestKitTests.Within_NarrowsTheWaitsInside_WhenTimeIsShort)] },
        { "AwaitAssert rethrows the last failure",
            [nameof(TestKitTests.AwaitAssert_RethrowsTheLastFailure_WhenTimeIsUp)] },
        { "AwaitCondition fails when its time is up",
            [nameof(TestKitTests.AwaitCondition_Fails_WhenTheConditionNeverHolds)] },
        { "ExpectMsg of another type fails, it does not skip",
            [nameof(TestKitTests.ExpectMsg_FailsWithoutSkipping_WhenTheNextMessageHasAnotherType)] },
        { "FishForMessage skips",
            [nameof(TestKitTests.FishForMessage_SkipsOthers_WhenTheyComeFirst)] },
        { "bare arrays are compared by their elements",
            [nameof(TestKitTests.ExpectMsg_ComparesValuesPredicatesAndAssertions_WhenGiven)] },
        { "a record is compared by its Equals, also when it holds an array",
            [nameof(TestKitTests.ExpectMsg_ComparesRecordsByTheirEquals_WhenOneHoldsAnArray)] },
        { "ExpectNoMsg fails when a message comes",
            [nameof(TestKitTests.ExpectNoMsg_Fails_WhenActorsHaveOneToSend),
                nameof(ThreadedKitTests.ExpectNoMsg_WaitsOnTheMachinesClock_WhenTimeIsNotVirtual)] },
    };

    public static TheoryData<string, string[]> Expectations => new()
    {
        { "LastSender and HasMessages",
            [nameof(TestKitTests.LastSenderAndHasMessages_FollowTheTest_WhenItLooksAtMessages)] },
        { "Watch, Unwatch and ExpectTerminated",
            [nameof(TestKitTests.ExpectTerminated_TakesTheTerminatedOfThatActorOnly_WhenItIsNext),
                nameof(TestKitTests.Unwatch_EndsTheWatching_WhenCalledInTime)] },
        { "ExpectMsgAllOf and ExpectMsgAnyOf",
            [nameof(TestKitTests.ExpectMsgAllOf_TakesAnyOrder_WhenEachIsThereOnce),
                nameof(TestKitTests.ExpectMsg_ComparesValuesPredicatesAndAssertions_WhenGiven)] },
        { "ReceiveOne, ReceiveN and ReceiveWhile",
            [nameof(TestKitTests.ReceiveNAndWhile_TakeWhatIsThere_WhenMessagesWait)] },
        { "IgnoreMessages",
            [nameof(TestKitTests.IgnoreMessages_DropsWhatThePredicateTakes_WhenSet)] },
        { "SetAutoPilot",
            [nameof(TestKitTests.AutoPilot_AnswersUntilItLeaves_WhenSet)] },
        { "EventFilter counts exactly, in code that awaits too",
            [nameof(TestKitTests.EventFilter_CountsExactly_WhenEventsDiffer)] },
        { "a TestProbe sends, replies and forwards",
            [nameof(TestKitTests.TestProbe_SendsRepliesAndForwards_WhenItPlaysAnActor)] },
        { "a TestProbe is itself a reference",
            [nameof(TestKitTests.TestProbe_ServesAsAReference_WhenItIsToldAskedWatchedAndStopped)] },
    };

    [Theory]
    [MemberData(nameof(Mailboxes))]
    [MemberData(nameof(Receiving))]
    [MemberData(nameof(NamesAndProps))]
    [MemberData(nameof(Supervision))]
    [MemberData(nameof(Stopping))]
    [MemberData(nameof(Asking))]
    [MemberData(nameof(Timers))]
    [MemberData(nameof(Events))]
    [MemberData(nameof(Shutdown))]
    [MemberData(nameof(Kit))]
    [MemberData(nameof(Expectations))]
    public void Semantics_HaveATest_ThatSaysSo(string statement, string[] tests)
    {
        Assert.NotEmpty(tests);
        var methods = typeof(SemanticsTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()).ToList();
        foreach (var test in tests)
        {
            Assert.True(
                methods.Exists(method => method.Name == test && method.IsDefined(typeof(FactAttribute), true)),
                $"{statement}: {test} is no test");
        }
    }
}
