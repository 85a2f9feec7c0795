import VenusCore
import VenusProxy

extension Recorder {
    /// ``intern(scheme:host:port:method:path:networkProtocol:)`` for the strings of a test.
    func intern(
        _ method: String, _ host: String, _ path: String, port: UInt16 = 80, scheme: Scheme = .http,
        networkProtocol: NetworkProtocol = .http11
    ) -> OperationID {
        withBytes(host, method, path) {
            intern(scheme: scheme, host: $0, port: port, method: $1, path: $2, networkProtocol: networkProtocol)
        }
    }

    /// Starts and records a call that is told from others by its start.
    func record(_ operation: OperationID, start: Int64) {
        callStarted()
        record(Call(operation: Int(operation.rawValue), start: start, duration: 1_000, outcome: .success, status: 200))
    }
}

/// The bytes of three strings.
func withBytes<Result>(
    _ first: String, _ second: String, _ third: String,
    _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Result
) -> Result {
    Array(first.utf8).withUnsafeBufferPointer { first in
        Array(second.utf8).withUnsafeBufferPointer { second in
            Array(third.utf8).withUnsafeBufferPointer { third in body(first, second, third) }
        }
    }
}
