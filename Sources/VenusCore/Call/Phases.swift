/// A part of a call's time, in the order in which a call goes through them.
///
/// The raw value is the phase's place among the phases of a call in the call log.
public enum Phase: Int, Sendable, Hashable, CaseIterable {
    /// Waiting for a connection.
    case blocked
    /// Resolving the dependency's name.
    case dns
    /// Establishing the TCP connection.
    case connect
    /// The TLS handshake.
    case tls
    /// Request sent → first byte of the response.
    case ttfb
    /// First byte of the response → its last.
    case transfer

    /// As the API and the pages have it: `blocked`, …, `transfer`.
    public var name: String { String(describing: self) }
}

/// The phases of one call in microseconds; a phase that did not happen or was not seen is `nil`.
public struct Phases: Sendable, Hashable {
    private var storage: InlineStorage
    private typealias InlineStorage = SIMD8<UInt32>

    /// Stored where a phase is unknown; no call lasts over an hour in one phase without being clamped below it.
    private static let unknown = UInt32.max

    public init() { storage = InlineStorage(repeating: Self.unknown) }

    /// Microseconds, 0 … 2³² − 2; longer ones are clamped.
    public subscript(phase: Phase) -> UInt32? {
        get {
            let value = storage[phase.rawValue]
            return value == Self.unknown ? nil : value
        }
        set { storage[phase.rawValue] = newValue.map { min($0, Self.unknown - 1) } ?? Self.unknown }
    }
}
