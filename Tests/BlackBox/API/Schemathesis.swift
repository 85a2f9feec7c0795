import Foundation

/// Schemathesis, where `make test` has installed it.
enum Schemathesis {
    static let folder = ProcessInfo.processInfo.environment["VENUS_SCHEMATHESIS"]
}
