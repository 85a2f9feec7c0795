import VenusCore

/// The recorders of one loop, one a service; confined to its thread.
///
/// Owns them until the loop has ended. A connection refers to its service's recorder without counting references.
struct ServiceRecorders: ~Copyable {
    private let shippers: CallShippers?
    private var byService: [String: Recorder] = [:]
    private let pending: UnsafeMutablePointer<PendingBlocks>
    /// That of the proxy's own service; `nil` where nothing is recorded.
    let own: Unmanaged<Recorder>?

    init(_ shippers: CallShippers?) {
        self.shippers = shippers
        pending = .allocate(capacity: 1)
        pending.initialize(to: PendingBlocks())
        guard let shipper = shippers?.own else {
            own = nil
            return
        }
        let recorder = shipper.makeRecorder(pending: pending)
        own = .passUnretained(recorder)
        byService[shipper.producer.service] = recorder
    }

    // A recorder that goes away does not touch the count.
    deinit { pending.deallocate() }

    /// Whether calls wait for ``flush()``.
    @inline(__always)
    var hasPending: Bool { pending.pointee.recorders > 0 }

    /// Blocks that went out full, if they are all of one recorder: what is pending began after the last of them.
    @inline(__always)
    var filledBlocks: UInt64 { byService.count == 1 ? pending.pointee.filled : 0 }

    /// The recorder of a service, made at its first call on this loop; off the hit path.
    mutating func recorder(for service: String) -> Unmanaged<Recorder>? {
        if let known = byService[service] { return .passUnretained(known) }
        guard let shipper = shippers?.shipper(for: service) else { return nil }
        // Services beyond the bound share one.
        let name = shipper.producer.service
        let recorder = byService[name] ?? shipper.makeRecorder(pending: pending)
        byService[name] = recorder
        return .passUnretained(recorder)
    }

    /// Of every service.
    var all: [Recorder] { Array(byService.values) }

    /// Hands over what is pending, of every service.
    mutating func flush() { for recorder in byService.values { recorder.flush() } }

    /// Has the full blocks shipped, of every service.
    mutating func announce() { for recorder in byService.values { recorder.announce() } }
}

/// What the recorders of one loop tell it of their blocks.
struct PendingBlocks {
    /// How many recorders hold calls, or have handed over blocks that nobody was told of.
    var recorders = 0
    /// Blocks that were handed over because they were full.
    var filled: UInt64 = 0
}
