import Foundation
import Synchronization

private let given = Mutex<Set<UInt16>>([])

/// A port that is free on loopback, of IPv4 or IPv6, and that this process has not given out before.
///
/// It lies below the range that the system hands to outgoing connections, so nothing takes it in between.
public func freePort(ipv6: Bool = false) throws -> Int {
    for _ in 0..<1_000 {
        let port = UInt16.random(in: 12_000..<32_000)
        guard given.withLock({ $0.insert(port).inserted }) else { continue }
        let descriptor = try Socket.make(ipv6: ipv6)
        defer { close(descriptor) }
        if Socket.bind(descriptor, host: ipv6 ? "::1" : "127.0.0.1", port: Int(port)) { return Int(port) }
    }
    throw TestFailure("no free port was found")
}
