import VenusCore

extension EventLoop {
    /// The recorder of the service whose connection this is; `nil` where nothing is recorded. It outlives every
    /// connection: use it by `_withUnsafeGuaranteedRef`, which counts no reference.
    @inline(__always)
    func recorder(of client: UnsafeMutablePointer<ClientConnection>) -> Unmanaged<Recorder>? {
        client.pointee.recorder
    }

    @inline(__always)
    mutating func startRecording(
        _ client: UnsafeMutablePointer<ClientConnection>, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        guard let recorder = recorder(of: client) else { return }
        client.pointee.operation = intern(
            recorder, client, head, bytes,
            head.method == .connect ? .tunnel : client.pointee.isStream ? .http2 : .http11)
        recorder._withUnsafeGuaranteedRef { $0.callStarted() }
    }

    /// The operation that a request with this head is on the client's target.
    @inline(__always)
    func intern(
        _ recorder: Unmanaged<Recorder>, _ client: UnsafeMutablePointer<ClientConnection>, _ head: RequestHead,
        _ bytes: UnsafeBufferPointer<UInt8>, _ networkProtocol: NetworkProtocol
    ) -> UInt32 {
        let method = UnsafeBufferPointer(rebasing: bytes[head.methodName.start..<head.methodName.end])
        let path = UnsafeBufferPointer(rebasing: bytes[head.path.start..<head.path.end])
        // The target has the host in lower case.
        return targets[client.pointee.target].host.withUnsafeBufferPointer { host in
            recorder._withUnsafeGuaranteedRef {
                $0.intern(
                    scheme: networkProtocol == .tunnel ? .tcp : client.pointee.interception >= 0 ? .https : .http,
                    host: host, port: head.port, method: method, path: path, networkProtocol: networkProtocol
                ).rawValue
            }
        }
    }

    /// Records the end of the client's call, once; the exchange's times are complete.
    @inline(__always)
    mutating func recordCall(_ slot: Int32, _ end: CallEnd) {
        let client = clients[slot]
        guard let recorder = recorder(of: client) else { return }
        let exchange = client.pointee.exchange
        let isIntercepted = client.pointee.interception >= 0 && exchange.method != .connect
        let end = isIntercepted ? endOfStream(client, end) : end
        let call = Call(
            operation: Int(client.pointee.operation), start: exchange.times.wallStart,
            duration: exchange.times.duration, outcome: end.outcome,
            status: exchange.hasResponded ? exchange.status : 0, errorType: end.errorType,
            phases: exchange.times.phases,
            bytesSent: exchange.request.contentBytes, bytesReceived: exchange.response.contentBytes,
            flags: exchange.callFlags.union(client.pointee.marks).union(isIntercepted ? .intercepted : []),
            traceID: client.pointee.traceID)
        recorder._withUnsafeGuaranteedRef { $0.record(call) }
    }
}
