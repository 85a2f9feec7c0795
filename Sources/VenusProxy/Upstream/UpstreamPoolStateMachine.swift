/// Who gets which connection to a dependency: idle ones are used again, the newest first; new ones are opened up to a
/// limit; beyond it callers wait in the order in which they came.
///
/// The limit holds for all loops together. Each may have its share for certain, so that its callers never wait for
/// another loop's; beyond that, it borrows what the others leave, and gives it back, call by call, once they want it.
/// So there may be more than the limit for a moment, but never more than twice as many. A connection for a tunnel
/// cannot be given back: there it is only the limit that counts.
///
/// One pool a loop, without I/O. Targets, upstream connections and clients are numbers: indices and slots of the loop.
package struct UpstreamPoolStateMachine {
    private static let none: Int32 = -1

    /// Connections of all loops to one dependency at most, whatever they are doing.
    private let maximumPerTarget: Int
    /// Those of them that this loop may have in any case.
    private let sharePerTarget: Int
    /// Idle connections to one dependency at most.
    private let maximumIdlePerTarget: Int

    private struct Entry {
        /// Being opened, in use, or idle.
        var open = 0
        /// Those of all loops.
        var openInAll = DependencyConnections.Count()
        var idle = 0
        var newestIdle = UpstreamPoolStateMachine.none
        var firstWaiting = UpstreamPoolStateMachine.none
        var lastWaiting = UpstreamPoolStateMachine.none
    }

    private struct Link {
        var next = UpstreamPoolStateMachine.none
        var previous = UpstreamPoolStateMachine.none
    }

    private var entries: [Entry] = []
    private var idleLinks: [Link] = []
    private var waitLinks: [Link] = []

    /// `loops`: how many share the limit.
    package init(maximumPerTarget: Int, loops: Int = 1, maximumIdlePerTarget: Int) {
        self.maximumPerTarget = max(1, maximumPerTarget)
        sharePerTarget = (self.maximumPerTarget + loops - 1) / loops
        self.maximumIdlePerTarget = maximumIdlePerTarget
    }

    /// What a caller does to get a connection.
    package enum Acquisition: Sendable, Hashable {
        /// Use this idle one.
        case reuse(Int32)
        /// Open one; it counts from now on.
        case open
        /// Wait: ``Release/serve(_:)`` or ``Closing/open(_:)`` will name the caller.
        case wait
    }

    /// The target is another dependency from now on, whose connections `count` counts.
    package mutating func know(target: Int32, _ count: DependencyConnections.Count) {
        Self.grow(&entries, to: target)
        precondition(isUnused(target), "a target in use is not given to another dependency")
        entries[Int(target)].openInAll = count
    }

    /// `forTunnel`: the connection is for the client alone, until its end.
    package mutating func acquire(
        target: Int32, client: Int32, mayReuse: Bool = true, forTunnel: Bool = false
    ) -> Acquisition {
        Self.grow(&entries, to: target)
        let index = Int(target)
        if mayReuse, entries[index].newestIdle != Self.none {
            let upstream = entries[index].newestIdle
            unlinkIdle(upstream, index)
            return .reuse(upstream)
        }
        let isSure = !forTunnel && entries[index].open < sharePerTarget
        if entries[index].openInAll.add(below: isSure ? .max : maximumPerTarget) {
            entries[index].open += 1
            return .open
        }
        wait(target: target, client: client)
        return .wait
    }

    /// The caller waits for what others do, though it might open a connection itself.
    package mutating func wait(target: Int32, client: Int32) {
        Self.grow(&entries, to: target)
        let index = Int(target)
        Self.grow(&waitLinks, to: client)
        waitLinks[Int(client)] = Link(next: Self.none, previous: entries[index].lastWaiting)
        if entries[index].lastWaiting != Self.none {
            waitLinks[Int(entries[index].lastWaiting)].next = client
        } else {
            entries[index].firstWaiting = client
        }
        entries[index].lastWaiting = client
    }

    /// Those who wait, in their order; they wait no longer.
    package mutating func takeWaiting(target: Int32) -> [Int32] {
        guard hasWaiting(target) else { return [] }
        var all: [Int32] = []
        while let client = popWaiting(Int(target)) { all.append(client) }
        return all
    }

    package func hasWaiting(_ target: Int32) -> Bool {
        Int(target) < entries.count && entries[Int(target)].firstWaiting != Self.none
    }

    /// What becomes of a connection that has done its work and could do more.
    package enum Release: Sendable, Hashable {
        /// Keep it until it is used again or idle for too long.
        case park
        /// Give it to this caller, who waits.
        case serve(Int32)
        /// Close it: there are enough idle ones, or others want its place. It no longer counts.
        case close
    }

    package mutating func release(_ upstream: Int32, target: Int32) -> Release {
        let index = Int(target)
        if entries[index].open > sharePerTarget, entries[index].openInAll.value > maximumPerTarget {
            discount(index)
            return .close
        }
        if let client = popWaiting(index) { return .serve(client) }
        guard entries[index].idle < maximumIdlePerTarget else {
            discount(index)
            return .close
        }
        Self.grow(&idleLinks, to: upstream)
        idleLinks[Int(upstream)] = Link(next: entries[index].newestIdle, previous: Self.none)
        if entries[index].newestIdle != Self.none { idleLinks[Int(entries[index].newestIdle)].previous = upstream }
        entries[index].newestIdle = upstream
        entries[index].idle += 1
        return .park
    }

    /// What to do after a connection that was being opened or in use is gone.
    package enum Closing: Sendable, Hashable {
        case nothing
        /// Open one for this caller, who waits; it counts in the place of the other.
        case open(Int32)
    }

    package mutating func closed(target: Int32) -> Closing {
        let index = Int(target)
        if let client = popWaiting(index) { return .open(client) }
        discount(index)
        return .nothing
    }

    private mutating func discount(_ index: Int) {
        precondition(entries[index].open > 0, "a connection that was never counted is gone")
        entries[index].open -= 1
        entries[index].openInAll.subtract()
    }

    /// An idle connection is gone.
    package mutating func idleClosed(_ upstream: Int32, target: Int32) {
        unlinkIdle(upstream, Int(target))
        discount(Int(target))
    }

    /// A caller that waits is gone.
    package mutating func stopWaiting(client: Int32, target: Int32) {
        let link = waitLinks[Int(client)]
        let index = Int(target)
        if link.previous != Self.none {
            waitLinks[Int(link.previous)].next = link.next
        } else {
            entries[index].firstWaiting = link.next
        }
        if link.next != Self.none {
            waitLinks[Int(link.next)].previous = link.previous
        } else {
            entries[index].lastWaiting = link.previous
        }
        waitLinks[Int(client)] = Link()
    }

    /// Whether nothing is open to the target and nobody waits for it.
    package func isUnused(_ target: Int32) -> Bool {
        guard Int(target) < entries.count else { return true }
        return entries[Int(target)].open == 0 && entries[Int(target)].firstWaiting == Self.none
    }

    /// Connections to the target, whatever they are doing.
    package func openCount(_ target: Int32) -> Int { Int(target) < entries.count ? entries[Int(target)].open : 0 }

    private mutating func popWaiting(_ index: Int) -> Int32? {
        let client = entries[index].firstWaiting
        guard client != Self.none else { return nil }
        let next = waitLinks[Int(client)].next
        entries[index].firstWaiting = next
        if next == Self.none {
            entries[index].lastWaiting = Self.none
        } else {
            waitLinks[Int(next)].previous = Self.none
        }
        waitLinks[Int(client)] = Link()
        return client
    }

    private mutating func unlinkIdle(_ upstream: Int32, _ index: Int) {
        let link = idleLinks[Int(upstream)]
        if link.previous != Self.none {
            idleLinks[Int(link.previous)].next = link.next
        } else {
            precondition(entries[index].newestIdle == upstream, "not an idle connection of this target")
            entries[index].newestIdle = link.next
        }
        if link.next != Self.none { idleLinks[Int(link.next)].previous = link.previous }
        idleLinks[Int(upstream)] = Link()
        entries[index].idle -= 1
    }

    private static func grow(_ entries: inout [Entry], to index: Int32) {
        while Int(index) >= entries.count { entries.append(Entry()) }
    }

    private static func grow(_ links: inout [Link], to index: Int32) {
        while Int(index) >= links.count { links.append(Link()) }
    }
}
