import Foundation
import TestSupport

/// A `venus proxy` of its own, an origin that keeps what it sees, and `venus tail`, which tells what was recorded.
final class AbuseBench: @unchecked Sendable {
    // @unchecked: one task at a time plays its cases, on a thread that may block.
    let origin: LoggingOrigin
    let proxyPort: Int
    /// What points another command of ours at the same log of calls.
    let environment: [String: String]
    private let directory: TemporaryDirectory
    private let proxy: ChildProcess
    private let tail: ChildProcess
    /// The name that the proxy puts into `Via`.
    private var pseudonym = ""
    private var good = 0

    init(environment own: [String: String] = [:]) async throws {
        origin = try LoggingOrigin()
        proxyPort = try freePort()
        directory = try TemporaryDirectory("venus-abuse")
        let port = proxyPort
        let environment = own.merging([
            "VENUS_DATA": directory.file("data"), "VENUS_SERVICE": "abuse", "VENUS_PROXY_THREADS": "1",
            "VENUS_PROXY_LISTEN": "127.0.0.1:\(port)",
        ]) { $1 }
        self.environment = environment
        proxy = try VenusBinary.start(["proxy"], environment: environment, directory: directory.path)
        try await proxy.waitForLine("the proxy's address") { $0.contains("Proxy") && $0.contains(":\(port)") }
        tail = try VenusBinary.start(["tail", "--json"], environment: environment, directory: directory.path)
        // It begins at the end of the journal: once it tells of one call, it will tell of all that follow.
        try await eventually(within: .seconds(15), "a call in venus tail") {
            try await blocking { [self] in try sendGood(on: connection(), countsIt: false) }
            return tail.standardOutput.text.contains("/warming")
        }
        let requests = origin.take().requests
        guard let via = requests.last?.fields.first(where: { $0.hasPrefix("Via: 1.1 ") }) else {
            throw TestFailure("no Via in \(requests)")
        }
        pseudonym = String(via.dropFirst(9))
    }

    func stop() async throws {
        try await tail.stop(SIGTERM)
        let status = try await proxy.stop(SIGTERM, within: .seconds(20))
        guard status == .exited(0) else { throw TestFailure("the proxy ended with \(status)\n\(proxy.transcript)") }
    }

    /// What the proxy has logged.
    var log: String { proxy.standardOutput.text + proxy.standardError.text }

    /// Plays the case; what is not as it must be. `isPiecemeal`: the client sends every byte in a segment of its own.
    func play(_ abuse: AbuseCase, at place: Int, isPiecemeal: Bool = false) async throws -> [String] {
        let word = AbuseCase.word(place)
        let values = Message.values(origin: origin, word: word, via: pseudonym)
        if let answer = abuse.answer {
            origin.answer("/" + word, with: .init(answer.text, answer.ending, isPiecemeal: answer.isPiecemeal))
        }
        let problems = try await blocking { [self] in
            let problems = try exchange(abuse, word: word, values: values, isPiecemeal: isPiecemeal)
            try sendGood(on: connection())
            return try problems + compare(abuse, values: values)
        }
        if !proxy.isRunning { throw TestFailure("the proxy is gone\n\(proxy.transcript)") }
        return problems
    }

    /// Waits until every call so far is told of, and compares with what the cases say.
    func compareRecords(_ cases: [AbuseCase]) async throws -> [String] {
        let expected = good
        try await eventually(within: .seconds(15), "the records of all calls") {
            calls("/good").count >= expected
        }
        var problems: [String] = []
        if calls("/good").count != expected {
            problems.append("the good calls are \(calls("/good").count), not \(expected)")
        }
        var total = calls("/good").count + calls("/warming").count
        for (place, abuse) in cases.enumerated() where !abuse.isConnect {
            let calls = calls("/" + AbuseCase.word(place)).map(\.summary)
            total += calls.count
            if calls != abuse.recorded { problems.append("\(abuse.name): recorded \(calls), not \(abuse.recorded)") }
        }
        // A tunnel's path is not known, so these are compared as a whole.
        let tunnels = allCalls.filter { $0.operation.hasPrefix("CONNECT") }.map(\.summary).sorted()
        let wanted = cases.filter(\.isConnect).flatMap(\.recorded).sorted()
        if tunnels != wanted { problems.append("tunnels: recorded \(tunnels), not \(wanted)") }
        total += cases.map(\.unnamedCalls).reduce(0, +)
        if total + tunnels.count != allCalls.count {
            problems.append("calls that no case knows: \(Set(allCalls.map(\.operation)).sorted())")
        }
        return problems
    }

    // MARK: The exchange

    private func connection() throws -> TCPConnection { try TCPConnection(port: proxyPort, timeout: .seconds(5)) }

    private func exchange(
        _ abuse: AbuseCase, word: String, values: [(name: String, value: String)], isPiecemeal: Bool
    ) throws -> [String] {
        let connection = try connection()
        defer { connection.close() }
        // The proxy may have answered and closed before it has read everything.
        let bytes = [UInt8](oneByteAScalar: abuse.request.filled(values))
        if isPiecemeal {
            for byte in bytes { try? connection.write([byte]) }
        } else {
            try? connection.write(bytes)
        }
        if abuse.rest != nil || (abuse.endsWriting && !abuse.seen.isEmpty) {
            let deadline = ContinuousClock.now + .seconds(5)
            while !origin.hasSeen("/" + word) {
                guard ContinuousClock.now < deadline else {
                    return ["\(abuse.name): its head did not get to the origin"]
                }
                usleep(500)
            }
        }
        if let rest = abuse.rest { try? connection.write([UInt8](oneByteAScalar: rest.filled(values))) }
        if abuse.endsWriting { connection.shutdownWrite() }
        var reader = AnswerReader(connection)
        var problems: [String] = []
        func expect(_ holds: Bool, _ problem: String) { if !holds { problems.append("\(abuse.name): \(problem)") } }
        do {
            for (place, status) in abuse.statuses.enumerated() {
                guard let answer = try reader.next(isHead: abuse.request.text.hasPrefix("HEAD ")) else {
                    expect(false, "no answer, instead of \(status)")
                    return problems
                }
                expect(answer.status == status, "\(answer.status) instead of \(status): \(answer.head)")
                let isLast = place == abuse.statuses.count - 1
                let mustBreak = isLast && abuse.ending == .breaks
                expect(answer.isComplete != mustBreak, mustBreak ? "ends as if complete" : "is cut off")
                guard isLast else { continue }
                expect(answer.interims == abuse.interims, "interim answers \(answer.interims)")
                if let body = abuse.body {
                    expect(answer.body == Message(body).filled(values), "the content \(answer.body.prefix(100))")
                }
                for text in abuse.holds {
                    let text = Message(text).filled(values)
                    expect(answer.head.contains(text), "no '\(text)' in \(answer.head)")
                }
                for text in abuse.lacks { expect(!answer.head.contains(text), "'\(text)' in \(answer.head)") }
            }
            if let late = abuse.late { origin.push(late, afterRequestOf: "/" + word) }
            switch abuse.ending {
            case .stays: try sendGood(on: connection)
            case .tunnels:
                try connection.write("GET /inside HTTP/1.1\r\nHost: \(origin.authority)\r\n\r\n")
                expect(try reader.next(isHead: false)?.body == "ok", "no tunnel")
            case .breaks: break
            case .closes:
                let rest = try reader.rest()
                expect(rest.isEmpty, "more than was asked for: \(rest.prefix(100))")
                expect(!reader.wasReset, "ends with a reset")
            }
        } catch { expect(false, "\(error)") }
        return problems
    }

    /// A request without fault, whose answer must be its own.
    private func sendGood(on connection: TCPConnection, countsIt: Bool = true) throws {
        let path = countsIt ? "/good" : "/warming"
        try connection.write("GET http://\(origin.authority)\(path) HTTP/1.1\r\nHost: \(origin.authority)\r\n\r\n")
        var reader = AnswerReader(connection)
        let answer = try reader.next(isHead: false)
        guard let answer, answer.status == 200, answer.body == "ok", answer.interims.isEmpty else {
            throw TestFailure("a good request is answered by \(answer?.head ?? "nothing")\(answer?.body ?? "")")
        }
        if countsIt { good += 1 }
    }

    private func compare(_ abuse: AbuseCase, values: [(name: String, value: String)]) throws -> [String] {
        let (all, strays) = origin.take()
        let tunnel = abuse.ending == .tunnels ? "/inside" : nil
        let requests = all.filter { $0.path != "/good" && $0.path != tunnel }
        func lines(_ request: LoggingOrigin.Request) -> [String] {
            [request.line] + request.fields.sorted { $0.lowercased() < $1.lowercased() } + ["", request.body]
                + request.trailers + (request.isComplete ? [] : ["(incomplete)"])
        }
        let wanted = abuse.seen.map { seen in
            let fields = (seen.fields + ["Host: \(seen.host)", "Via: \(seen.version) $VIA"])
                .map { Message($0).filled(values) }
            return [Message(seen.line).filled(values)] + fields.sorted { $0.lowercased() < $1.lowercased() }
                + ["", seen.body] + seen.trailers + (seen.isComplete ? [] : ["(incomplete)"])
        }
        var problems: [String] = []
        if requests.map(lines) != wanted {
            problems.append("\(abuse.name): the origin saw \(requests.map(lines)), not \(wanted)")
        }
        if !strays.isEmpty { problems.append("\(abuse.name): the origin got bytes that are no request: \(strays)") }
        return problems
    }

    // MARK: The records

    private struct RecordedCall: Decodable {
        var operation: String
        var outcome: String
        var errorType: String?
        /// `call`, `tunnel`, or what happens in a tunnel, which is no call.
        var kind: String?

        var summary: String { errorType.map { "\(outcome) \($0)" } ?? outcome }

        enum CodingKeys: String, CodingKey {
            case operation, outcome, kind
            case errorType = "error_type"
        }
    }

    private var allCalls: [RecordedCall] {
        tail.standardOutput.lines.compactMap { try? JSONDecoder().decode(RecordedCall.self, from: Data($0.utf8)) }
            .filter { $0.kind == "call" || $0.kind == "tunnel" }
    }

    /// Those of this path, or below it.
    private func calls(_ path: String) -> [RecordedCall] {
        allCalls.filter {
            let words = $0.operation.split(separator: " ")
            // `GET /path`, or `GET /path websocket`.
            return words.count >= 2 && (words[1] == path || words[1].hasPrefix(path + "/"))
        }
    }
}

extension AbuseCase {
    var isConnect: Bool { request.text.hasPrefix("CONNECT ") }
}
