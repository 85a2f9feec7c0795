import VenusCore

extension TunnelObserver {
    /// Bytes of a side have come. `stream`: the same, behind those that were kept of this side, if any were. `output`:
    /// memory for ``TLSHandshakeMessage/maximumBytes``.
    package mutating func received(
        _ bytes: UnsafeBufferPointer<UInt8>, from side: TunnelStateMachine.Side, at time: SteadyTime,
        stream: UnsafeBufferPointer<UInt8>, output: UnsafeMutableBufferPointer<UInt8>
    ) -> Sight {
        var sight = Sight()
        switch stage {
        case .opaque: return sight
        case .exchanges, .stream: break
        case .silent:
            // A server that speaks first is not one of TLS.
            guard side == .client, Self.looksLikeTLS(bytes) else {
                stage = .opaque
                return sight
            }
            began = time
            stage = .clientHello
            readClientHello(stream, output, &sight)
        case .clientHello:
            guard side == .client else {
                sight.call = failed(.failed(.tlsProtocolError), at: time)
                stage = .opaque
                return sight
            }
            readClientHello(stream, output, &sight)
        case .handshake(let machine):
            if side == .dependency, machine.wantsServerHello { readServerHello(machine, stream, output, &sight) }
        }
        if side == .dependency, answered == .zero { answered = time }
        follow(bytes, side, time, &sight)
        if side == .client { client.lastByte = time } else { server.lastByte = time }
        return sight
    }

    /// So many bytes of a side have passed unseen. Who sent how many and when is enough to begin, continue and end
    /// exchanges: it is bulk, or what comes behind bulk.
    package mutating func advanced(_ count: Int, from side: TunnelStateMachine.Side, at time: SteadyTime) -> Sight {
        var sight = Sight()
        guard count > 0 else { return sight }
        let isOfRecord = side == .client ? client.records.skip(count) : server.records.skip(count)
        if !isOfRecord {
            let padding = side == .client ? clientPadding : 0
            let isAlert = TLSAlert.fills(count, version, padding: padding)
            blindBegan(count, side, isAlert: isAlert, at: time, &sight)
        }
        move(count, side, at: time)
        if side == .client { client.lastByte = time } else { server.lastByte = time }
        return sight
    }

    private static func looksLikeTLS(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // A handshake record of version 3, as far as it is here.
        bytes.count > 0 && bytes[0] == TLSRecord.Content.handshake.rawValue && (bytes.count == 1 || bytes[1] == 3)
    }

    private mutating func readClientHello(
        _ stream: UnsafeBufferPointer<UInt8>, _ output: UnsafeMutableBufferPointer<UInt8>, _ sight: inout Sight
    ) {
        switch TLSHandshakeMessage.read(stream, into: output) {
        case .incomplete where stream.count < TLSHandshakeMessage.maximumStreamBytes: sight.keepsBytes = true
        case .message(TLSHandshakeMessage.clientHello, let count):
            let hello = ClientHello(UnsafeBufferPointer(rebasing: output[..<count]))
            if let hello { sight.serverName = hello.serverName }
            stage = .handshake(TLSHandshakeStateMachine(hello))
        case .incomplete, .message, .unreadable: stage = .opaque
        }
    }

    private mutating func readServerHello(
        _ machine: TLSHandshakeStateMachine, _ stream: UnsafeBufferPointer<UInt8>,
        _ output: UnsafeMutableBufferPointer<UInt8>, _ sight: inout Sight
    ) {
        switch TLSHandshakeMessage.read(stream, into: output) {
        case .incomplete: sight.keepsBytes = stream.count < TLSHandshakeMessage.maximumStreamBytes
        case .message(TLSHandshakeMessage.serverHello, let count):
            guard let hello = ServerHello(UnsafeBufferPointer(rebasing: output[..<count])) else { return }
            var machine = machine
            machine.received(hello)
            stage = .handshake(machine)
        // An alert, or something that the records will show.
        case .message, .unreadable: break
        }
    }

    // MARK: Records

    /// Goes through the records in the bytes; each byte goes to the exchange that its record belongs to.
    private mutating func follow(
        _ bytes: UnsafeBufferPointer<UInt8>, _ side: TunnelStateMachine.Side, _ time: SteadyTime, _ sight: inout Sight
    ) {
        var records = side == .client ? client.records : server.records
        records.resume(bytes)
        if !records.isInStep { blindBegan(bytes.count, side, isAlert: false, at: time, &sight) }
        var place = 0
        var mark = 0
        while let record = records.next(bytes, &place) {
            let start = max(place - TLSRecord.headerBytes, mark)
            move(start - mark, side, at: time)
            mark = start
            let alert =
                record.content == .alert && record.length == 2 && bytes.count - place >= 2
                ? TLSAlert(level: bytes[place], description: bytes[place + 1]) : nil
            began(record, side, alert, at: time, &sight)
            if isOpaque { return }
        }
        move(bytes.count - mark, side, at: time)
        if side == .client { client.records = records } else { server.records = records }
        if !records.isInStep, case .handshake(let machine) = stage {
            // Not TLS any more, or it never was.
            if side == .dependency, machine.wantsServerHello {
                sight.call = failed(.failed(.tlsProtocolError), at: time)
            }
            stage = .opaque
        }
    }

    /// Bytes go to the exchange that the record under way belongs to.
    private mutating func move(_ count: Int, _ side: TunnelStateMachine.Side, at time: SteadyTime) {
        guard count > 0, case .exchanges = stage else { return }
        switch side {
        case .client: if client.isOwned { estimator.clientMoved(count, at: time) }
        case .dependency: if server.isOwned { estimator.serverMoved(count, at: time) }
        }
    }

    private mutating func began(
        _ record: TLSRecord, _ side: TunnelStateMachine.Side, _ alert: TLSAlert?, at time: SteadyTime,
        _ sight: inout Sight
    ) {
        switch stage {
        case .silent, .clientHello, .opaque: return
        case .handshake(var machine):
            let progress = machine.record(record, from: side, alert: alert)
            stage = .handshake(machine)
            switch progress {
            case .goesOn: return
            case .failed(let errorType):
                version = machine.version
                sight.call = failed(errorType.map { .failed($0) } ?? CallEnd(.cancelled), at: time)
                stage = .opaque
                return
            case .ended: handshakeEnded(machine, side, at: time, &sight)
            case .endedBefore: handshakeEnded(machine, side, at: client.lastByte, &sight)
            }
            // It may be the client's Finished, or the first data.
            let isFinished =
                side == .client && version == .tls13 && progress == .ended || record.content != .applicationData
            if !isFinished { data(record, side, at: time, &sight) }
        case .exchanges, .stream: data(record, side, at: time, &sight)
        }
    }

    private mutating func handshakeEnded(
        _ machine: TLSHandshakeStateMachine, _ side: TunnelStateMachine.Side, at time: SteadyTime, _ sight: inout Sight
    ) {
        version = machine.version
        guess = machine.guess
        clientPadding = machine.clientPadding
        // In TLS 1.3 it is the client that has the last word.
        handshakeEnd = side == .dependency && version == .tls13 ? client.lastByte : time
        estimator = ExchangeEstimator(
            version: version, handshakeEnd: handshakeEnd, roundTrip: answered.since(began))
        stage = .exchanges
        if machine.earlyDataBytes > 0, machine.resumes, !machine.isEarlyDataAnswered {
            estimator.beganEarly(machine.earlyDataBytes, at: handshakeEnd)
        }
        decide(&sight)
    }

    /// The application protocol may have shown.
    private mutating func decide(_ sight: inout Sight) {
        guard !guess.isOpen else { return }
        if !isCallKnown { sight.call = established() }
        if guess.choice == .http2 || guess.choice == .other { becomeStream() }
    }

    private mutating func becomeStream() {
        estimator.abandon()
        stage = .stream
    }

    // MARK: Data

    private mutating func data(
        _ record: TLSRecord, _ side: TunnelStateMachine.Side, at time: SteadyTime, _ sight: inout Sight
    ) {
        let isAlert =
            record.content == .alert
            || version == .tls13 && record.content == .applicationData
                && record.length == TLSAlert.encryptedBytes + (side == .client ? clientPadding : 0)
        let isData = record.content == .applicationData && !isAlert
        noteFarewell(side, isAlert: isAlert, isData: isData)
        switch side {
        case .client: client.isOwned = isData
        case .dependency:
            server.isOwned = false
            // What a server does not like about the client's certificate it says first of all.
            if isAlert, !hasServerData,
                time <= SessionTicketFilter.promptEnd(handshakeEnd, answered.since(began))
            {
                alert = .tlsAlertReceived
            }
        }
        guard isData else { return }
        switch side {
        case .client: clientData(record.length, at: time, &sight)
        case .dependency: serverData(record.length, at: time, &sight)
        }
    }

    private mutating func noteFarewell(_ side: TunnelStateMachine.Side, isAlert: Bool, isData: Bool) {
        if isAlert, farewell == nil { farewell = Farewell(side: side, isAnnounced: true) }
        // It went on, so it was none.
        if isData, farewell?.side == side { farewell = nil }
    }

    private mutating func clientData(_ length: Int, at time: SteadyTime, _ sight: inout Sight) {
        guard case .exchanges = stage else { return }
        guess.clientRecord(length - clientPadding)
        decide(&sight)
        guard case .exchanges = stage else { return }
        let isFull = length >= Self.fullRecordBytes
        if let closed = estimator.clientBegan(isFull: isFull, at: time) { close(closed, &sight) }
    }

    /// A record that holds the most that one can (RFC 8446, section 5.1) is at least as long.
    private static let fullRecordBytes = 16_384

    private mutating func serverData(_ length: Int, at time: SteadyTime, _ sight: inout Sight) {
        guard case .exchanges = stage else { return }
        let data = estimator.serverBegan(length, at: time)
        server.isOwned = data == .response
        if data != .ticket { hasServerData = true }
        if server.isOwned || ApplicationProtocolGuess.isSettings(length) {
            guess.serverRecord(length)
            decide(&sight)
        }
        checkUnasked()
    }

    private mutating func checkUnasked() {
        if estimator.unasked >= Self.maximumUnasked, !estimator.isOpen { becomeStream() }
    }

    /// Bytes where the records are not known: they are taken for data, unless they are an alert by their number.
    private mutating func blindBegan(
        _ count: Int, _ side: TunnelStateMachine.Side, isAlert: Bool, at time: SteadyTime, _ sight: inout Sight
    ) {
        switch stage {
        case .silent, .clientHello, .handshake, .opaque: return
        case .stream: return noteFarewell(side, isAlert: isAlert, isData: !isAlert)
        case .exchanges: break
        }
        switch side {
        case .client:
            // In the middle of a request any number of bytes may come.
            let isAlert = isAlert && !estimator.isAwaitingAnswer
            noteFarewell(side, isAlert: isAlert, isData: !isAlert)
            client.isOwned = !isAlert
            if isAlert { return }
            if let closed = estimator.clientBegan(at: time) { close(closed, &sight) }
        case .dependency:
            noteFarewell(side, isAlert: isAlert, isData: !isAlert)
            server.isOwned = false
            if isAlert { return }
            hasServerData = true
            server.isOwned = estimator.serverBeganBlind(count, at: time) == .response
            checkUnasked()
        }
    }

    private mutating func close(_ exchange: EstimatedExchange, _ sight: inout Sight) {
        sight.exchange = exchange
        if !isCallKnown { sight.call = established() }
    }
}
