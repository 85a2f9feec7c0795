import VenusCore
import VenusProxy

/// Any bytes from either side of a tunnel, at any times: what is seen of them is bounded by what there was.
///
/// The input is pieces, each led by three bytes: whose it is and whether it is seen, the time before it, its length.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTunnel(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { bytes in
        var tunnel = FuzzedTunnel()
        var rest = bytes[...]
        while rest.count >= 3 {
            let (kind, time, length) = (rest.removeFirst(), rest.removeFirst(), rest.removeFirst())
            tunnel.wait(UInt64(time) * UInt64(time) * 1_000)
            let piece = Array(rest.prefix(Int(length) * (kind & 0x10 == 0 ? 1 : 8)))
            rest = rest.dropFirst(piece.count)
            let side: TunnelStateMachine.Side = kind & 1 == 0 ? .client : .dependency
            if kind & 0x0E == 0x0E { tunnel.unseen(piece.count, side) } else { tunnel.receive(piece, side) }
        }
        if bytes.count % 3 == 0 { tunnel.sideEnded(.client) }
        tunnel.end(bytes.count % 2 == 0 ? .finished(by: .client) : .broken(by: .dependency))
    }
}

private struct FuzzedTunnel {
    private var observer = TunnelObserver()
    private var now = SteadyTime(microseconds: 1_000_000)
    private var kept: [UInt8] = []
    private var keptSide = TunnelStateMachine.Side.client
    private var calls = 0
    private var total = TunnelAccount.Bytes()
    private var inExchanges = TunnelAccount.Bytes()

    mutating func receive(_ bytes: [UInt8], _ side: TunnelStateMachine.Side) {
        count(bytes.count, side)
        let stream = kept.isEmpty || keptSide != side ? bytes : kept + bytes
        let sight = withUnsafeTemporaryAllocation(
            of: UInt8.self, capacity: TLSHandshakeMessage.maximumBytes
        ) { output in
            bytes.withUnsafeBufferPointer { bytes in
                stream.withUnsafeBufferPointer { stream in
                    observer.received(bytes, from: side, at: now, stream: stream, output: output)
                }
            }
        }
        if sight.keepsBytes {
            kept = stream
            keptSide = side
        } else if keptSide == side || observer.isOpaque {
            kept = []
        }
        require(kept.count <= TLSHandshakeMessage.maximumStreamBytes + bytes.count, "what is kept is bounded")
        take(sight.call, sight.exchange)
    }

    mutating func unseen(_ bytes: Int, _ side: TunnelStateMachine.Side) {
        count(bytes, side)
        let sight = observer.advanced(bytes, from: side, at: now)
        take(sight.call, sight.exchange)
    }

    mutating func wait(_ microseconds: UInt64) {
        let end = now + microseconds
        while observer.deadline <= end {
            now = max(now, observer.deadline)
            let deadline = observer.deadline
            let sight = observer.expired(at: now)
            require(observer.deadline > deadline, "a deadline that has passed moves on")
            take(sight.call, sight.exchange)
        }
        now = end
    }

    mutating func sideEnded(_ side: TunnelStateMachine.Side) {
        let sight = observer.sideEnded(side, at: now, patience: 1_000_000)
        take(sight.call, sight.exchange)
    }

    mutating func end(_ end: TunnelEnd) {
        let ending = observer.ended(end, at: now, patience: 1_000_000)
        take(ending.call, ending.exchange)
    }

    private mutating func count(_ bytes: Int, _ side: TunnelStateMachine.Side) {
        if side == .client { total.sent += UInt64(bytes) } else { total.received += UInt64(bytes) }
    }

    private mutating func take(_ call: EstablishedTunnel?, _ exchange: EstimatedExchange?) {
        if call != nil { calls += 1 }
        require(calls <= 1, "a tunnel is one call")
        guard let exchange else { return }
        require(calls == 1, "a tunnel is recorded before its exchanges")
        require(exchange.end >= exchange.start && exchange.end <= now, "an exchange has its time")
        require(exchange.requestEnd >= exchange.start, "a request has its time")
        inExchanges.sent += exchange.bytes.sent
        inExchanges.received += exchange.bytes.received
        require(inExchanges.sent <= total.sent, "an exchange's bytes are the tunnel's")
        // A record that may be a ticket counts by its length, before its last byte has come.
        require(inExchanges.received <= total.received + 2_053, "an exchange's bytes are the tunnel's")
    }
}
