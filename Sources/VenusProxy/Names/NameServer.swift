import CLinux
import Glibc

/// A name server of one's own choice, asked in the place of the system's resolver: by UDP, and by TCP for what does not
/// fit (RFC 1035, section 4.2; RFC 7766).
///
/// It is asked for the name as it is: no hosts file, no search list.
package struct NameServer: Sendable, Hashable {
    package var address: IPAddress
    package var port: UInt16

    /// Bytes of an answer by UDP that are read, at most.
    private static let datagramBytes = 4_096
    /// Times that a question is sent within the time for it.
    private static let attempts: UInt64 = 3

    package init(address: IPAddress, port: UInt16 = 53) {
        self.address = address
        self.port = port
    }

    /// The addresses of a name, IPv6 first; blocks for up to `limit` microseconds. `nil` where the name does not exist.
    package func lookUp(_ text: String, within limit: UInt64) throws(LookupError) -> NameAnswer? {
        guard let name = DNSName(text) else { return nil }
        let deadline = SteadyTime.now + limit
        var lookup = NameLookupStateMachine()
        for attempt in 1...Self.attempts {
            let end = attempt == Self.attempts ? deadline : SteadyTime.now + limit / Self.attempts
            try ask(name, &lookup, until: min(end, deadline))
            if lookup.isEnough || SteadyTime.now >= deadline { break }
        }
        return try lookup.result()
    }

    private struct Question {
        var type: DNSMessage.RecordType
        var id = UInt16.random(in: .min ... .max)
    }

    /// Sends what is not answered yet, from a new port, and takes answers until the time.
    private func ask(
        _ name: DNSName, _ lookup: inout NameLookupStateMachine, until end: SteadyTime
    ) throws(LookupError) {
        var native = address.native
        let socket = clinux_datagram_socket(&native, port)
        guard socket >= 0 else { throw .failed }
        defer { Socket.close(socket) }
        let questions = DNSMessage.RecordType.allCases.filter { lookup[$0] == nil }.map { Question(type: $0) }
        for question in questions {
            guard send(DNSMessage.question(name, question.type, id: question.id), on: socket) else { throw .failed }
        }
        var buffer = [UInt8](repeating: 0, count: Self.datagramBytes)
        while questions.contains(where: { lookup[$0.type] == nil }) {
            guard wait(socket, Poller.readable, until: lookup.end(end)) else { return }
            let count = clinux_receive(socket, &buffer, buffer.count)
            if count == -Int(EAGAIN) { continue }
            // Nobody listens there.
            guard count >= 0 else { throw .failed }
            for question in questions where lookup[question.type] == nil {
                let answer = DNSMessage.answer(
                    buffer.span.extracting(first: count), to: name, question.type, id: question.id)
                guard let answer else { continue }
                let whole = answer == .truncated ? askByStream(name, question, until: lookup.end(end)) : answer
                if let whole { lookup.take(whole, question.type, at: .now) }
            }
        }
    }

    /// Asks the same by TCP, where messages stand behind their lengths.
    private func askByStream(_ name: DNSName, _ question: Question, until end: SteadyTime) -> DNSMessage.Answer? {
        let socket = Socket.connect(to: address, port: port)
        guard socket >= 0 else { return .failed }
        defer { Socket.close(socket) }
        let message = DNSMessage.question(name, question.type, id: question.id)
        guard wait(socket, Poller.writable, until: end) else { return nil }
        guard clinux_socket_error(socket) == 0, send([0, UInt8(message.count)] + message, on: socket),
            let length = receive(2, on: socket, until: end),
            let answer = receive(Int(length[0]) << 8 | Int(length[1]), on: socket, until: end)
        else { return .failed }
        return DNSMessage.answer(answer.span, to: name, question.type, id: question.id) ?? .failed
    }

    /// A question is far smaller than what a fresh socket takes at once.
    private func send(_ bytes: [UInt8], on socket: Int32) -> Bool {
        clinux_send(socket, bytes, bytes.count) == bytes.count
    }

    private func receive(_ count: Int, on socket: Int32, until end: SteadyTime) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            guard wait(socket, Poller.readable, until: end) else { return nil }
            let some = bytes.withUnsafeMutableBytes { buffer in
                // Not empty: there is something left to receive.
                clinux_receive(socket, buffer.baseAddress! + received, count - received)
            }
            if some == -Int(EAGAIN) { continue }
            guard some > 0 else { return nil }
            received += some
        }
        return bytes
    }

    /// Whether the socket is ready before the time is over.
    private func wait(_ socket: Int32, _ interest: UInt32, until end: SteadyTime) -> Bool {
        let left = end.since(.now)
        guard left > 0 else { return false }
        return clinux_wait(socket, interest, Int32(clamping: left / 1_000 + 1)) > 0
    }
}
