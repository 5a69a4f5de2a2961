using Distributed.Cluster.Links;

namespace Distributed.Hosting.Telemetry;

/// <summary>Control links whose conversation is measured.</summary>
internal sealed class MeasuredDialer(IControlDialer dialer, WorkerJobTelemetry telemetry) : IControlDialer
{
    public void Connect(string address, Action<IControlConnection> connected, Action<DialFailure> failed) =>
        dialer.Connect(address, connection => connected(new Connection(connection, telemetry)), failed);

    private sealed class Connection : IControlConnection
    {
        private readonly IControlConnection _inner;
        private readonly WorkerJobTelemetry _telemetry;
        private int _isOver;

        internal Connection(IControlConnection inner, WorkerJobTelemetry telemetry)
        {
            (_inner, _telemetry) = (inner, telemetry);
            telemetry.OnConnected();
        }

        public string Peer => _inner.Peer;

        public void Open(Action<object> received, Action<string> closed) => _inner.Open(
            message =>
            {
                _telemetry.OnReceived(message);
                received(message);
            },
            reason =>
            {
                EndOnce(isLost: true);
                closed(reason);
            });

        public void Send(object message)
        {
            _telemetry.OnSent(message);
            _inner.Send(message);
        }

        public void Close()
        {
            EndOnce(isLost: false);
            _inner.Close();
        }

        private void EndOnce(bool isLost)
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                _telemetry.OnClosed(isLost);
            }
        }
    }
}
