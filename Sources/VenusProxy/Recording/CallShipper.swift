public import Logging
public import VenusCallLog
public import VenusCore

/// Takes finished blocks from the loops of one producer and appends them to the call log, in order.
///
/// The loops never wait for it: a block goes into a bounded queue under a short lock.
public final class CallShipper: Sendable {
    public let producer: Producer
    let configuration: CallShipperConfiguration

    public init(
        producer: Producer, callLog: any CallLog, configuration: CallShipperConfiguration, logger: Logger
    ) {
        self.producer = producer
        self.configuration = configuration
    }

    /// Calls that could not be kept since the start.
    public var callsDropped: UInt64 { 0 }
    /// Calls that wait to be appended.
    public var callsQueued: Int { 0 }
    /// Calls under way now.
    public var callsInFlight: Int { 0 }

    /// A recorder for one loop; confined to its thread.
    public func makeRecorder() -> sending Recorder { Recorder(shipper: self) }

    /// Ships until ``finish(within:)``, or until its task is cancelled.
    public func run() async {}

    /// Appends what waits, then the producer's `end`; gives up after the time. Call it when every recorder is flushed.
    public func finish(within limit: Duration) async {}
}
