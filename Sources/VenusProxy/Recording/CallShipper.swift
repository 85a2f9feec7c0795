public import Logging
import Synchronization
public import VenusCallLog
public import VenusCore

/// Takes finished blocks from the loops of one producer and appends them to the call log: in order, one at a time,
/// again and again until the log holds them.
///
/// The loops never wait for it: a block goes into a bounded queue under a short lock; where there is no room, its calls
/// are numbered, counted and dropped. While the log is away, full or slow, what is in the queue moves on to the spool
/// on disk, and from there to the log later. Beside the blocks go a heartbeat at the start and every 5 s, and `end` at
/// last.
public final class CallShipper: Sendable {
    public let producer: Producer
    let configuration: CallShipperConfiguration
    let room: QueueRoom?
    let callLog: any CallLog
    /// `nil` where blocks wait in memory only.
    let spool: Spool?
    let logger: Logger
    let clock: any Clock<Duration>
    let random: @Sendable () -> Double
    private let reporter: @Sendable () -> ProxyReport
    let shard: Int
    let machine: Mutex<ShipperStateMachine>
    /// Something is there to ship.
    let wakeup = Wakeup()
    /// Whether there is something to append, or being appended.
    let isShipping = Atomic(false)
    /// There is, after a while without.
    let shippingWakeup = Wakeup()
    /// Something may have to go to disk.
    let keeperWakeup = Wakeup()
    /// No more time is left.
    let abandoned = Wakeup()
    /// The work is over.
    let over = Wakeup()
    let isRunning = Mutex(false)
    private let recorders = Mutex<[RecorderGauge]>([])
    private let file: ProducerFile?
    /// Counts of the loops where there is no file.
    private let ownCounts = Counts()

    /// - Parameters:
    ///   - spool: where blocks wait that the log does not take; used only with a state directory, since the producer's
    ///     file there says whose the blocks are after a kill.
    ///   - room: what this shipper shares with others, beside the bounds of its own.
    ///   - reporter: what heartbeats tell of the proxy beside its calls; asked at each. What the policy made of the
    ///     producer's calls is counted here.
    public convenience init(
        producer: Producer, callLog: any CallLog, configuration: CallShipperConfiguration, spool: Spool? = nil,
        room: QueueRoom? = nil, logger: Logger, reporter: @escaping @Sendable () -> ProxyReport = { ProxyReport() }
    ) {
        self.init(
            producer: producer, callLog: callLog, configuration: configuration, spool: spool, room: room,
            logger: logger, clock: ContinuousClock(), random: { Double.random(in: 0..<1) }, reporter: reporter)
    }

    /// - Parameters:
    ///   - clock: for heartbeats, retries and the time that finishing may take.
    ///   - random: 0 ..< 1, spreads retries.
    package init(
        producer: Producer, callLog: any CallLog, configuration: CallShipperConfiguration, spool: Spool? = nil,
        room: QueueRoom? = nil, logger: Logger, clock: any Clock<Duration>, random: @escaping @Sendable () -> Double,
        reporter: @escaping @Sendable () -> ProxyReport = { ProxyReport() }
    ) {
        self.producer = producer
        self.callLog = callLog
        self.configuration = configuration
        self.room = room
        self.logger = logger
        self.clock = clock
        self.random = random
        self.reporter = reporter
        shard = Shard.of(environment: producer.environment, service: producer.service, shards: callLog.shards)
        file = configuration.stateDirectory.flatMap { [shard] directory in
            do {
                return try ProducerFile(
                    directory: directory, producer: producer, shard: shard, version: configuration.version)
            } catch {
                logger.warning(
                    "cannot mark this producer as running; if it is killed, it is shown as ended uncleanly",
                    metadata: ["reason": "\(error)"])
                return nil
            }
        }
        self.spool = file == nil ? nil : spool
        machine = Mutex(
            ShipperStateMachine(producer: producer, configuration: configuration, hasSpool: self.spool != nil))
    }

    /// Calls that could not be kept since the start.
    public var callsDropped: UInt64 { machine.withLock { $0.callsDropped } }
    /// Calls that wait to be appended, in memory and on disk.
    public var callsQueued: Int { machine.withLock { $0.callsQueued } }
    /// Calls that were handed over since the start, dropped ones included.
    public var callsRecorded: UInt64 { machine.withLock { $0.queue.next - 1 } }
    /// Calls under way now.
    public var callsInFlight: Int {
        let loops = recorders.withLock { $0.count }
        return (0..<loops).reduce(0) { $0 + counts(loop: $1).pointee.callsInFlight.load(ordering: .relaxed) }
    }

    /// What the next heartbeat tells of the proxy.
    var report: ProxyReport {
        var report = reporter()
        guard report.policy != nil else { return report }
        recorders.withLock { recorders in
            for recorder in recorders {
                report.policy?.denied &+= recorder.callsDenied.load(ordering: .relaxed)
                report.policy?.wouldBeDenied &+= recorder.callsWouldBeDenied.load(ordering: .relaxed)
            }
        }
        return report
    }

    /// A recorder for one loop, confined to its thread; at most 256 of them.
    public func makeRecorder() -> sending Recorder { makeRecorder(pending: nil) }

    /// - Parameter pending: where the recorder counts itself while calls wait in it; the loop's, and outlives its use.
    func makeRecorder(pending: UnsafeMutablePointer<PendingBlocks>?) -> Recorder {
        let gauge = RecorderGauge()
        let loop = recorders.withLock { recorders in
            recorders.append(gauge)
            return recorders.count - 1
        }
        precondition(loop < ProducerFile.maximumLoops, "a producer has at most \(ProducerFile.maximumLoops) loops")
        return Recorder(
            shipper: self, gauge: gauge, counts: counts(loop: loop), pending: pending,
            maximumOperations: configuration.maximumOperations)
    }

    private func counts(loop: Int) -> UnsafeMutablePointer<LoopCounts> {
        file?.counts(loop: loop) ?? ownCounts.counts(loop: loop)
    }

    /// Takes a block from a loop; never waits for the log. It is shipped after ``announce()``.
    func offer(_ block: consuming QueuedBlock) {
        let bytes = block.bytes
        let isRoom = room?.take(bytes) ?? true
        let isScarce = room?.isScarce ?? false
        let (isKept, belongsOnDisk) = machine.withLock { [block] machine in
            (machine.offer(block, isRoom: isRoom), machine.isKeepingDue(isRoomScarce: isScarce))
        }
        if isRoom, !isKept { room?.giveBack(bytes) }
        if belongsOnDisk { keeperWakeup.wake() }
    }

    /// There are blocks to ship.
    func announce() { wakeup.wake() }

    /// After `end`: a later start has nothing to close.
    func removeFile() { file?.remove() }

    /// Room for the loops' counts, each on a cache line of its own.
    private final class Counts: @unchecked Sendable {
        // Sendable: the pointer is immutable; what is behind it is written by one loop, and others read atomics alone.
        private let memory: UnsafeMutableRawPointer

        init() {
            let bytes = ProducerFile.maximumLoops * ProducerFile.strideBytes
            memory = .allocate(byteCount: bytes, alignment: ProducerFile.strideBytes)
            memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        }

        deinit { memory.deallocate() }

        func counts(loop: Int) -> UnsafeMutablePointer<LoopCounts> {
            (memory + loop * ProducerFile.strideBytes).assumingMemoryBound(to: LoopCounts.self)
        }
    }
}
