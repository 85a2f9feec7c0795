import Foundation
import Synchronization

/// Runs blocking work on a thread of its own, so that the few threads of the concurrency runtime stay free.
public func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        startThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

/// Starts a detached thread with a small stack.
func startThread(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 512 * 1_024
    thread.start()
}

/// A failure of the test's own machinery, or of something it waited for; the text says what and when.
public struct TestFailure: Error, CustomStringConvertible, Sendable {
    public var description: String

    public init(_ description: String) { self.description = description }
}

/// The failure of the C call that has just been made, named.
func systemFailure(_ what: String) -> TestFailure {
    let code = errno
    return TestFailure("\(what): \(String(cString: strerror(code)))")
}
