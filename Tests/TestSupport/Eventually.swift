import Foundation

/// Polls until `body` returns a value, and returns it.
///
/// - Throws: ``TestFailure`` at the deadline, with the last error that `body` threw, if any.
@discardableResult
public func eventually<Value>(
    within limit: Duration = .seconds(10), poll: Duration = .milliseconds(20), _ what: String = "the condition",
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    var lastError: (any Error)?
    while true {
        do {
            if let value = try await body() { return value }
            lastError = nil
        } catch { lastError = error }
        guard ContinuousClock.now < deadline else { break }
        try await Task.sleep(for: poll)
    }
    throw TestFailure("\(what) did not come within \(limit)" + (lastError.map { "; last error: \($0)" } ?? ""))
}

/// Polls until `body` is true.
public func eventually(
    within limit: Duration = .seconds(10), poll: Duration = .milliseconds(20), _ what: String = "the condition",
    isolation: isolated (any Actor)? = #isolation, holds body: () async throws -> Bool
) async throws {
    try await eventually(within: limit, poll: poll, what) { () -> Bool? in try await body() ? true : nil }
}
