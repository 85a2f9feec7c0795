package import VenusCore

/// The attempts to connect to a host with several addresses (RFC 8305, section 5): the next one begins when one has
/// failed, or after a short while; several may be under way, and the first that connects wins.
///
/// Without I/O; time is an input. Every address gets its turn before the deadline: where more attempts hang than may be
/// under way at a time, the oldest makes room.
package struct ConnectStateMachine: Sendable, Hashable {
    /// The Connection Attempt Delay in microseconds (RFC 8305, section 8).
    package static let attemptDelay: UInt64 = 250_000
    /// Attempts under way at a time at most.
    package static let maximumAttempts: UInt8 = 4

    private let addresses: UInt8
    /// The address to begin with.
    private let first: UInt8
    private var begun: UInt8 = 0
    private var underWay: UInt8 = 0
    private var errorType: ErrorType?
    private var nextAt = SteadyTime.zero

    /// For a client that is not connecting.
    package init() {
        addresses = 0
        first = 0
    }

    /// - Parameters:
    ///   - addresses: how many there are, in the order in which to try them; 255 of them are tried at most.
    ///   - first: the one to begin with, because it worked before; ignored where there is none with that number.
    package init(addresses: Int, first: Int) {
        self.addresses = UInt8(clamping: addresses)
        self.first = first >= 0 && first < addresses ? UInt8(clamping: first) : 0
    }

    package enum Action: Sendable, Hashable {
        /// Begin an attempt to the address with this number, and ask again.
        case begin(Int)
        /// Give up the oldest attempt, begin one to this address, and ask again.
        case replaceOldest(Int)
        /// Wait for an attempt to end, and ask again at this time.
        case wait(until: SteadyTime)
        /// No address took a connection: the most telling reason.
        case fail(ErrorType)
    }

    /// What to do now. `deadline`: when the time for all attempts together is over.
    package mutating func next(at time: SteadyTime, deadline: SteadyTime) -> Action {
        guard begun < addresses else {
            return underWay > 0 ? .wait(until: .distantFuture) : .fail(errorType ?? .connectionTerminated)
        }
        guard underWay == 0 || time >= nextAt else { return .wait(until: nextAt) }
        let address = begun == 0 ? first : begun <= first ? begun - 1 : begun
        begun += 1
        let isFull = underWay == Self.maximumAttempts
        if isFull { note(.connectionTimeout) } else { underWay += 1 }
        let share = deadline.since(time) / (UInt64(addresses - begun) + 1)
        nextAt = time + (underWay < Self.maximumAttempts ? min(Self.attemptDelay, share) : share)
        return isFull ? .replaceOldest(Int(address)) : .begin(Int(address))
    }

    /// An attempt has failed; ask what is next.
    package mutating func failed(_ errorType: ErrorType) {
        precondition(underWay > 0, "an attempt failed that was never begun")
        underWay -= 1
        nextAt = .zero
        note(errorType)
    }

    private mutating func note(_ next: ErrorType) {
        guard let errorType, Self.weight(errorType) > Self.weight(next) else { return errorType = next }
    }

    /// How much a reason tells: a loop or a lack of our own more than what a host did, silence more than a refusal, and
    /// all of them more than an address that this machine has no way to, or may not go to.
    private static func weight(_ errorType: ErrorType) -> Int {
        switch errorType {
        case .proxyLoopDetected: 5
        case .proxyInternalError: 4
        case .connectionTimeout: 3
        case .connectionRefused: 2
        case .destinationIPUnroutable: 0
        case .destinationIPProhibited: -1
        default: 1
        }
    }
}
