import Synchronization
public import VenusCore

/// Records the calls of one event loop; confined to its thread.
///
/// No `String`, no allocation and no lock per call: a lock is taken once a block.
public final class Recorder {
    private let shipper: CallShipper
    private let gauge: RecorderGauge
    /// For heartbeats, and for the next start after a kill; owned by the shipper.
    private let counts: UnsafeMutablePointer<LoopCounts>
    /// What the loop knows of its recorders' blocks.
    private let pending: UnsafeMutablePointer<PendingBlocks>?
    /// In memory of its own: a class's variables are checked for exclusive access each time, and here one thread has
    /// it.
    private let state: UnsafeMutablePointer<State>

    /// So many full blocks wake the shipper; fewer wait until the loop flushes.
    private static let mostUnannounced = 8

    private struct State {
        var table: OperationTable
        var builder = BlockBuilder()
        /// Blocks that were handed over, and whose shipper sleeps on.
        var unannounced = 0
        var callsInFlight = 0
        /// Those that there were when idle operations were to be forgotten the last time.
        var blocksBefore: UInt64 = 0

        mutating func forgetIdleOperations(except held: Set<UInt32>) {
            table.forget { [builder, blocksBefore] place in
                builder.hasNamed(place, afterBlocks: blocksBefore) || held.contains(UInt32(place))
            }
        }
    }

    init(
        shipper: CallShipper, gauge: RecorderGauge, counts: UnsafeMutablePointer<LoopCounts>,
        pending: UnsafeMutablePointer<PendingBlocks>?, maximumOperations: Int
    ) {
        self.shipper = shipper
        self.gauge = gauge
        self.counts = counts
        self.pending = pending
        state = .allocate(capacity: 1)
        state.initialize(to: State(table: OperationTable(maximumOperations: maximumOperations)))
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Whose calls it records.
    var service: String { shipper.producer.service }

    /// Whether calls wait for ``flush()``: the loop flushes at most 100 ms after the first of them.
    public var hasPending: Bool { state.pointee.builder.count > 0 || state.pointee.unannounced > 0 }

    /// The operation that these bytes name: the host in lower case, an unknown method as `_OTHER`, the path as its
    /// template. `path` is ignored for ``Scheme/tcp``.
    public func intern(
        scheme: Scheme, host: UnsafeBufferPointer<UInt8>, port: UInt16, method: UnsafeBufferPointer<UInt8>,
        path: UnsafeBufferPointer<UInt8>, networkProtocol: NetworkProtocol
    ) -> OperationID {
        OperationID(
            rawValue: state.pointee.table.intern(
                scheme: scheme, host: host, port: port, method: method, path: path, networkProtocol: networkProtocol))
    }

    /// The operation of a tunnel, or of an exchange inside:
    /// ``OperationTable/internTunnel(scheme:host:port:serverName:networkProtocol:)``.
    public func internTunnel(
        scheme: Scheme, host: UnsafeBufferPointer<UInt8>, port: UInt16, serverName: UnsafeBufferPointer<UInt8>,
        networkProtocol: NetworkProtocol
    ) -> OperationID {
        OperationID(
            rawValue: state.pointee.table.internTunnel(
                scheme: scheme, host: host, port: port, serverName: serverName, networkProtocol: networkProtocol))
    }

    /// Counts a call as under way; ``record(_:)`` or ``callEnded()`` ends it.
    public func callStarted() { setInFlight(state.pointee.callsInFlight + 1) }

    /// Records the end of a call that ``callStarted()`` began; `call.operation` holds the raw value of its
    /// ``OperationID``. Hands the block over by itself once it is full; the shipper hears of it with others, since
    /// waking it costs more than a block does.
    public func record(_ call: Call) {
        // In this order: at no moment, should the process die then, is it neither recorded nor under way.
        append(call)
        callEnded()
    }

    /// Records a call, or a connection's activity, that changes nothing about how many are under way.
    public func append(_ call: Call) {
        precondition(
            call.operation >= 0 && call.operation < state.pointee.table.places, "the operation is one of this recorder")
        if !hasPending { pending?.pointee.recorders += 1 }
        state.pointee.builder.append(call)
        counts.pointee.recorded += 1
        if call.outcome == .denied || call.flags.contains(.wouldBeDenied) { count(call) }
        guard state.pointee.builder.isFull else { return }
        pending?.pointee.filled &+= 1
        handOver()
        if state.pointee.unannounced == Self.mostUnannounced { announce() }
    }

    /// Counts what the egress policy says of a call.
    private func count(_ call: Call) {
        guard !call.flags.contains(.activity) else { return }
        if call.outcome == .denied {
            gauge.callsDenied.wrappingAdd(1, ordering: .relaxed)
        } else {
            gauge.callsWouldBeDenied.wrappingAdd(1, ordering: .relaxed)
        }
    }

    /// What ``callStarted()`` began is no longer under way.
    public func callEnded() { setInFlight(state.pointee.callsInFlight - 1) }

    /// Hands over what is pending, and wakes who ships it.
    public func flush() {
        if state.pointee.builder.count > 0 { handOver() }
        announce()
    }

    /// Wakes who ships the blocks that were handed over.
    public func announce() {
        guard state.pointee.unannounced > 0 else { return }
        state.pointee.unannounced = 0
        if !hasPending { pending?.pointee.recorders -= 1 }
        shipper.announce()
    }

    /// Whether operations that come new count as `_overflow`.
    package var isFull: Bool { state.pointee.table.isFull }

    /// Where there is no room for new operations, forgets those that no call has named since this was called the last
    /// time. Call it now and then.
    ///
    /// - Parameter held: the operations that calls under way will name.
    package func forgetIdleOperations(except held: Set<UInt32>) {
        if isFull {
            // What a call of the block has named is part of it before it may be forgotten.
            flush()
            state.pointee.forgetIdleOperations(except: held)
        }
        state.pointee.blocksBefore = state.pointee.builder.blocks
    }

    private func handOver() {
        state.pointee.unannounced += 1
        shipper.offer(state.pointee.builder.finish(state.pointee.table))
    }

    /// Only this thread writes, so a store is enough; whoever sees it sees what was recorded before.
    private func setInFlight(_ count: Int) {
        state.pointee.callsInFlight = count
        counts.pointee.callsInFlight.store(count, ordering: .releasing)
    }
}
