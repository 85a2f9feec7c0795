import Testing
import VenusCore
import VenusProxy

/// A tunnel whose bytes come as a test says, and what its observer sees.
struct WatchedTunnel {
    var observer = TunnelObserver()
    private(set) var calls: [EstablishedTunnel] = []
    private(set) var exchanges: [EstimatedExchange] = []
    private(set) var serverName = ""
    /// Milliseconds since the tunnel opened.
    private(set) var now = 0
    private var kept: [UInt8] = []

    private static let origin: UInt64 = 1_000_000_000
    private var time: SteadyTime { SteadyTime(microseconds: Self.origin + 1_000 * UInt64(now)) }

    /// Milliseconds since the tunnel opened, of a time in what was seen.
    static func milliseconds(_ time: SteadyTime) -> Int { (Int(time.microseconds) - Int(origin)) / 1_000 }

    mutating func client(_ bytes: [UInt8]) { receive(bytes, .client) }
    mutating func server(_ bytes: [UInt8]) { receive(bytes, .dependency) }
    /// Data records of these lengths, in one read.
    mutating func client(_ lengths: Int...) { receive(lengths.flatMap { TLSBytes.record(23, $0) }, .client) }
    mutating func server(_ lengths: Int...) { receive(lengths.flatMap { TLSBytes.record(23, $0) }, .dependency) }

    private mutating func receive(_ bytes: [UInt8], _ side: TunnelStateMachine.Side) {
        let stream = kept + bytes
        var output = [UInt8](repeating: 0, count: TLSHandshakeMessage.maximumBytes)
        let sight = bytes.withUnsafeBufferPointer { bytes in
            stream.withUnsafeBufferPointer { stream in
                output.withUnsafeMutableBufferPointer { output in
                    observer.received(bytes, from: side, at: time, stream: stream, output: output)
                }
            }
        }
        kept = sight.keepsBytes ? stream : []
        if !sight.serverName.isEmpty { serverName = String(decoding: output[sight.serverName], as: UTF8.self) }
        take(sight)
    }

    mutating func unseen(_ count: Int, from side: TunnelStateMachine.Side) {
        take(observer.advanced(count, from: side, at: time))
    }

    /// Time passes, and the observer's timer fires when it wants.
    mutating func wait(_ milliseconds: Int) {
        let end = now + milliseconds
        while Self.milliseconds(min(observer.deadline, SteadyTime(microseconds: 1 << 60))) <= end {
            now = max(now, Self.milliseconds(observer.deadline))
            take(observer.expired(at: time))
        }
        now = end
    }

    mutating func sideEnded(_ side: TunnelStateMachine.Side) {
        take(observer.sideEnded(side, at: time, patience: 1_000_000))
    }

    @discardableResult
    mutating func end(_ end: TunnelEnd) -> TunnelObserver.Ending {
        let ending = observer.ended(end, at: time, patience: 1_000_000)
        if let call = ending.call { calls.append(call) }
        if let exchange = ending.exchange { exchanges.append(exchange) }
        return ending
    }

    private mutating func take(_ sight: TunnelObserver.Sight) {
        if let call = sight.call { calls.append(call) }
        if let exchange = sight.exchange { exchanges.append(exchange) }
    }
}

extension WatchedTunnel {
    static func clientHello(
        _ protocols: [String] = ["http/1.1"], name: String = "localhost", more: [UInt8] = []
    ) -> [UInt8] {
        let extensions =
            TLSBytes.serverName(name) + (protocols.isEmpty ? [] : TLSBytes.protocols(protocols))
            + TLSBytes.versions([0x0304, 0x0303]) + more
        return TLSBytes.record(22, TLSBytes.message(1, TLSBytes.clientHello(extensions)), version: 0x0301)
    }

    static func serverHello13(_ more: [UInt8] = []) -> [UInt8] {
        let body = TLSBytes.serverHello(TLSBytes.extensionField(43, [3, 4]) + more)
        return TLSBytes.record(22, TLSBytes.message(2, body)) + TLSBytes.record(20, 1)
    }

    static func serverHello12(_ protocols: [String]) -> [UInt8] {
        let body = TLSBytes.serverHello(protocols.isEmpty ? nil : TLSBytes.protocols(protocols))
        return TLSBytes.record(22, TLSBytes.message(2, body))
    }

    /// TLS 1.3 with OpenSSL, up to the client's Finished: 20 ms, of which the network has 10.
    static func established13(
        offering protocols: [String] = ["http/1.1"], extensionsBytes: Int = 42, joined: Bool = false
    ) -> WatchedTunnel {
        var tunnel = WatchedTunnel()
        tunnel.client(clientHello(protocols))
        tunnel.wait(10)
        // EncryptedExtensions, Certificate, CertificateVerify, Finished.
        let flight = joined ? [extensionsBytes] : [extensionsBytes, 839, 281, 69]
        tunnel.server(serverHello13() + flight.flatMap { TLSBytes.record(23, $0) })
        tunnel.wait(10)
        tunnel.client(TLSBytes.record(20, 1) + TLSBytes.record(23, 69))
        return tunnel
    }

    /// The same with its two tickets, on their way.
    static func withTickets13() -> WatchedTunnel {
        var tunnel = established13()
        tunnel.wait(10)
        tunnel.server(282, 282)
        return tunnel
    }

    /// TLS 1.2 up to the server's Finished.
    static func established12(_ protocols: [String] = []) -> WatchedTunnel {
        var tunnel = WatchedTunnel()
        tunnel.client(clientHello())
        tunnel.wait(10)
        tunnel.server(serverHello12(protocols) + TLSBytes.record(22, 819) + TLSBytes.record(22, 4))
        tunnel.wait(5)
        tunnel.client(TLSBytes.record(22, 37) + TLSBytes.record(20, 1) + TLSBytes.record(22, 40))
        tunnel.wait(10)
        tunnel.server(TLSBytes.record(22, 200) + TLSBytes.record(20, 1) + TLSBytes.record(22, 40))
        return tunnel
    }
}
