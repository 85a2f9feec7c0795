import Glibc
import VenusCore

/// The line of an operation for the call log, as it is written to be looked for; its memory is used again and again.
///
/// A line has a bounded length: every part of it has.
package final class OperationLine {
    /// Longest host name (RFC 1035: 255 octets); longer ones are cut.
    package static let maximumHostBytes = 255
    /// Scheme, port, method and protocol take less than 64 bytes; a template has at most 12 segments of 40 bytes.
    private static let capacity = 1_024

    private let memory: UnsafeMutablePointer<UInt8>
    private var route: [UInt8] = []
    private(set) var count = 0

    init() {
        memory = .allocate(capacity: Self.capacity)
        route.reserveCapacity(Self.capacity)
    }

    deinit { memory.deallocate() }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: memory, count: count) }

    /// Begins a line with scheme, host and port. The host comes in any case, an IPv6 address with or without brackets;
    /// a byte that no host has becomes `_`, so that the line needs no escape.
    func begin(_ scheme: Scheme, _ host: UnsafeBufferPointer<UInt8>, _ port: UInt16) {
        var length = Self.write(scheme.staticName, to: memory, at: 0)
        length = Self.tab(memory, at: length)
        var host = host
        if host.count > 2, host[0] == UInt8(ascii: "["), host[host.count - 1] == UInt8(ascii: "]") {
            host = UnsafeBufferPointer(rebasing: host[1..<host.count - 1])
        }
        for place in 0..<min(host.count, Self.maximumHostBytes) {
            memory[length + place] = Self.hostByte(host[place])
        }
        length = Self.tab(memory, at: length + min(host.count, Self.maximumHostBytes))
        length = Self.write(decimal: port, to: memory, at: length)
        count = Self.tab(memory, at: length)
    }

    /// Begins a line with what stands for all dependencies that do not fit.
    func beginOverflow(_ scheme: Scheme) {
        var length = Self.write(scheme.staticName, to: memory, at: 0)
        length = Self.tab(memory, at: length)
        length = Self.write(OperationTable.overflow, to: memory, at: length)
        length = Self.tab(memory, at: length)
        length = Self.write(decimal: 0, to: memory, at: length)
        count = Self.tab(memory, at: length)
    }

    /// Ends the line with method, template of the path (none where `path` is `nil`) and protocol.
    func end(_ method: StaticString, path: UnsafeBufferPointer<UInt8>?, _ networkProtocol: NetworkProtocol) {
        var length = Self.tab(memory, at: Self.write(method, to: memory, at: count))
        if let path {
            route.removeAll(keepingCapacity: true)
            RouteTemplate.append(path, to: &route)
            // A template has its own bounds; this one is for memory's sake.
            let routeLength = min(route.count, Self.capacity - length - 32)
            route.withUnsafeBufferPointer { route in
                // The capacity is reserved, so there is a base address.
                (memory + length).update(from: route.baseAddress!, count: routeLength)
            }
            length += routeLength
        }
        length = Self.tab(memory, at: length)
        count = Self.write(networkProtocol.staticName, to: memory, at: length)
    }

    /// Ends the line with method, the name of a host in the place of the route, and protocol.
    func end(_ method: StaticString, name: UnsafeBufferPointer<UInt8>, _ networkProtocol: NetworkProtocol) {
        var length = Self.tab(memory, at: Self.write(method, to: memory, at: count))
        for place in 0..<min(name.count, Self.maximumHostBytes) {
            memory[length] = Self.hostByte(name[place])
            length += 1
        }
        length = Self.tab(memory, at: length)
        count = Self.write(networkProtocol.staticName, to: memory, at: length)
    }

    /// Ends the line with what stands for all operations that do not fit.
    func endOverflow(_ networkProtocol: NetworkProtocol) {
        var length = Self.tab(memory, at: Self.write(RequestMethod.other, to: memory, at: count))
        length = Self.tab(memory, at: Self.write(OperationTable.overflow, to: memory, at: length))
        count = Self.write(networkProtocol.staticName, to: memory, at: length)
    }

    func equals(_ other: UnsafePointer<UInt8>, count otherCount: Int) -> Bool {
        count == otherCount && memcmp(memory, other, count) == 0
    }

    private static func hostByte(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "\\"): UInt8(ascii: "_")
        case 0x21...0x7E: byte
        default: UInt8(ascii: "_")
        }
    }

    private static func tab(_ memory: UnsafeMutablePointer<UInt8>, at place: Int) -> Int {
        memory[place] = UInt8(ascii: "\t")
        return place + 1
    }

    private static func write(_ text: StaticString, to memory: UnsafeMutablePointer<UInt8>, at place: Int) -> Int {
        (memory + place).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return place + text.utf8CodeUnitCount
    }

    private static func write(decimal value: UInt16, to memory: UnsafeMutablePointer<UInt8>, at place: Int) -> Int {
        var divisor: UInt16 = 10_000
        while divisor > 1, value < divisor { divisor /= 10 }
        var end = place
        while divisor > 0 {
            memory[end] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10)
            end += 1
            divisor /= 10
        }
        return end
    }
}
