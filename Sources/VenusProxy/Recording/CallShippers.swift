import Synchronization
import VenusCore

/// The shippers of one proxy: one a service, each with its own producer. That of the proxy's own service is there from
/// the start, the others come with their service's first call.
///
/// At most ``maximumServices``; calls of further ones are those of ``overflowService``.
public final class CallShippers: Sendable {
    public static let maximumServices = ServiceKeys.maximumServices
    /// Whose the calls are of services that there was no room for.
    public static let overflowService = "_overflow"

    /// Of the proxy's own service.
    public let own: CallShipper
    private let make: @Sendable (_ service: String) -> CallShipper
    private let state: Mutex<State>
    /// A shipper has come.
    private let wakeup = Wakeup()

    private struct State {
        var byService: [String: CallShipper]
        /// Those that ``CallShippers/run()`` has not taken up.
        var new: [CallShipper]

        mutating func takeNew() -> [CallShipper] {
            defer { new = [] }
            return new
        }
    }

    /// - Parameter make: the shipper of a service that calls for the first time; called under a lock.
    public init(own: CallShipper, make: @escaping @Sendable (_ service: String) -> CallShipper) {
        self.own = own
        self.make = make
        state = Mutex(State(byService: [own.producer.service: own], new: [own]))
    }

    /// The shipper of a service, made where it is the service's first call. Any thread.
    package func shipper(for service: String) -> CallShipper {
        let (shipper, isNew) = state.withLock { state in
            if let known = state.byService[service] { return (known, false) }
            let isRoom = state.byService.count < Self.maximumServices
            let name = isRoom ? service : Self.overflowService
            if let known = state.byService[name] { return (known, false) }
            let shipper = make(name)
            state.byService[name] = shipper
            state.new.append(shipper)
            return (shipper, true)
        }
        if isNew { wakeup.wake() }
        return shipper
    }

    /// Ships for all of them until the task is cancelled; ``finish(within:)`` takes up what waits then.
    public func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                for shipper in state.withLock({ $0.takeNew() }) { group.addTask { await shipper.run() } }
                await wakeup.wait()
            }
        }
    }

    /// Appends what waits and the `end` of every producer, all at the same time; see ``CallShipper/finish(within:)``.
    /// Call it when every recorder is flushed.
    public func finish(within limit: Duration) async {
        let shippers = state.withLock { Array($0.byService.values) }
        await withDiscardingTaskGroup { group in
            for shipper in shippers { group.addTask { await shipper.finish(within: limit) } }
        }
    }
}
