/// How long to wait after a failure, in milliseconds: doubles up to a bound, with a random part, so that many that
/// failed together do not come back together.
package struct RetryWait: Sendable {
    static let shortest: Int64 = 100
    static let longest: Int64 = 5_000
    private var failures = 0

    package init() {}

    package mutating func failed() -> Int64 {
        let wait = min(Self.longest, Self.shortest << min(failures, 10))
        failures += 1
        return Int64.random(in: wait / 2...wait)
    }

    package mutating func succeeded() { failures = 0 }
}
