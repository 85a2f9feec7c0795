/// The failed sign-ins of one address or one account, and how long the next one has to wait. Time is an input.
public struct SignInAttempts: Sendable, Hashable {
    /// How many failures are free, and how the wait grows.
    public struct Patience: Sendable, Hashable {
        public var free: Int
        /// After the first failure beyond, milliseconds; doubled by each further one.
        public var firstWait: Int64
        /// Milliseconds: this long is a lock-out.
        public var longestWait: Int64

        /// Of an address: a person who mistypes is not kept for long, a program that guesses is.
        public static let address = Patience(free: 10, firstWait: 2_000, longestWait: 15 * 60_000)
        /// Of an account, whoever tries: long enough against guessing from many addresses, short enough that nobody can
        /// keep its owner out for long.
        public static let account = Patience(free: 10, firstWait: 2_000, longestWait: 60_000)
    }

    /// Failures are forgotten this long after the last one, milliseconds.
    public static let memory: Int64 = 3_600_000

    public var failures: Int
    public var lastAt: Int64
    public var blockedUntil: Int64

    public init(failures: Int = 0, lastAt: Int64 = 0, blockedUntil: Int64 = 0) {
        self.failures = failures
        self.lastAt = lastAt
        self.blockedUntil = blockedUntil
    }

    /// Counts an attempt as failed, before its outcome is known: many at once get no further than one after the other.
    public mutating func began(_ patience: Patience, now: Int64) {
        // A clock that was set back forgets too, or it would block for as long as it was set back.
        if now - lastAt >= Self.memory || now < lastAt - Self.memory { failures = 0 }
        failures = min(failures + 1, 1_000_000)
        lastAt = now
        let beyond = failures - patience.free
        guard beyond >= 0 else {
            blockedUntil = 0
            return
        }
        let wait = patience.firstWait << Int64(min(beyond, 20))
        blockedUntil = now + min(wait, patience.longestWait)
    }

    /// Takes the count of an attempt back that did not fail.
    public mutating func succeeded() {
        failures = max(0, failures - 1)
        blockedUntil = 0
    }

    /// Milliseconds that an attempt at `now` still has to wait; no clock makes it longer than the longest wait.
    public func wait(_ patience: Patience, now: Int64) -> Int64 {
        min(max(0, blockedUntil - now), patience.longestWait)
    }
}
