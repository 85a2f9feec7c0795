import Foundation
import Synchronization

/// The thread of a ``LoggingOrigin``.
final class OriginLoop: Sendable {
    private let state: Mutex<State>
    /// Written to when the loop has to end.
    private let bell: (read: Int32, write: Int32)

    fileprivate struct Connection {
        var number: Int
        var input: [UInt8] = []
        /// The place in ``State/requests`` of the request whose body is being read.
        var request: Int?
        var body = OriginBody.none
    }

    private struct State {
        var listeners: [Int32]
        var connections: [Int32: Connection] = [:]
        var accepted = 0
        var requests: [LoggingOrigin.Request] = []
        var strays: [UInt8] = []
        var answers: [String: LoggingOrigin.Answer] = [:]
        /// The connection of the last request of each path.
        var carriers: [String: Int32] = [:]
    }

    init(listeners: [Int32]) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw systemFailure("pipe") }
        bell = (ends[0], ends[1])
        state = Mutex(State(listeners: listeners))
    }

    func stop() { close(bell.write) }

    func answer(_ path: String, with answer: LoggingOrigin.Answer) { state.withLock { $0.answers[path] = answer } }

    func take() -> (requests: [LoggingOrigin.Request], strays: String) {
        state.withLock { state in
            defer {
                state.requests = []
                state.strays = []
                for descriptor in state.connections.keys { state.connections[descriptor]?.forget() }
            }
            let unread = state.connections.values.filter { $0.request == nil }.sorted { $0.number < $1.number }
                .flatMap(\.input)
            return (state.requests, String(oneScalarAByte: state.strays + unread))
        }
    }

    func hasSeen(_ path: String) -> Bool { state.withLock { $0.requests.contains { $0.path == path } } }

    func push(_ text: String, afterRequestOf path: String) {
        state.withLock { state in
            if let descriptor = state.carriers[path] { Self.send([UInt8](oneByteAScalar: text), to: descriptor) }
        }
    }

    func run() {
        while true {
            var polled = state.withLock { state in
                ([bell.read] + state.listeners + state.connections.keys).map {
                    pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
                }
            }
            guard poll(&polled, nfds_t(polled.count), -1) >= 0 else { continue }
            let ready = polled.filter { $0.revents != 0 }.map(\.fd)
            if ready.contains(bell.read) { break }
            state.withLock { state in
                for descriptor in ready where state.listeners.contains(descriptor) { Self.accept(descriptor, &state) }
                let ended = ready.filter { state.connections[$0] != nil && !Self.read($0, &state) }
                for descriptor in ready where state.connections[descriptor] != nil { Self.serve(descriptor, &state) }
                for descriptor in ended where state.connections[descriptor] != nil { Self.end(descriptor, &state) }
            }
        }
        state.withLock { state in
            for descriptor in state.listeners + state.connections.keys { close(descriptor) }
            state.connections = [:]
        }
        close(bell.read)
    }

    private static func accept(_ listener: Int32, _ state: inout State) {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return }
        Socket.setNoDelay(descriptor)
        // A proxy that does not read must not stop us for ever.
        Socket.setTimeout(descriptor, .seconds(5))
        state.connections[descriptor] = Connection(number: state.accepted)
        state.accepted += 1
    }

    /// Whether the connection goes on.
    private static func read(_ descriptor: Int32, _ state: inout State) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 262_144)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        state.connections[descriptor]?.input += bytes[..<count]
        return true
    }

    /// Takes requests off the input as far as they are there, and answers those that are complete.
    private static func serve(_ descriptor: Int32, _ state: inout State) {
        while var connection = state.connections[descriptor] {
            if connection.request == nil {
                guard let end = connection.input.firstEnd(of: Array("\r\n\r\n".utf8), from: 0) else { return }
                let lines = String(oneScalarAByte: connection.input[..<(end - 4)]).components(separatedBy: "\r\n")
                connection.input.removeFirst(end)
                let request = LoggingOrigin.Request(
                    connection: connection.number, line: lines[0], fields: Array(lines.dropFirst()))
                state.requests.append(request)
                state.carriers[request.path] = descriptor
                connection.request = state.requests.count - 1
                connection.body = OriginBody(request)
                if request.fields.contains(where: { $0.lowercased() == "expect: 100-continue" }) {
                    send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), to: descriptor)
                }
            }
            guard let place = connection.request else { return }
            let isOver = connection.body.read(&connection.input, into: &state.requests[place])
            if isOver { connection.request = nil }
            state.connections[descriptor] = connection
            guard isOver else { return }
            answer(state.requests[place], on: descriptor, &state)
        }
    }

    private static func answer(_ request: LoggingOrigin.Request, on descriptor: Int32, _ state: inout State) {
        let usual = request.method == "HEAD" ? "" : "ok"
        let answer =
            state.answers[request.path] ?? .init("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\(usual)")
        let bytes = [UInt8](oneByteAScalar: answer.text)
        if answer.isPiecemeal {
            for byte in bytes { send([byte], to: descriptor) }
        } else {
            send(bytes, to: descriptor)
        }
        if answer.ending == .resets { Socket.setReset(descriptor) }
        if answer.ending != .keeps { end(descriptor, &state) }
    }

    private static func end(_ descriptor: Int32, _ state: inout State) {
        if let connection = state.connections.removeValue(forKey: descriptor), connection.request == nil {
            state.strays += connection.input
        }
        close(descriptor)
    }

    private static func send(_ bytes: [UInt8], to descriptor: Int32) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            // The other side may well have left.
            guard count > 0 else { return }
            offset += count
        }
    }
}

extension OriginLoop.Connection {
    /// The log was taken: what belongs to a request in it belongs to none now.
    fileprivate mutating func forget() {
        request = nil
        body = .none
        input = []
    }
}
