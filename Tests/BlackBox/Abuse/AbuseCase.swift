import TestSupport

/// One thing that somebody may say to the proxy, and all that must come of it.
struct AbuseCase: Sendable {
    /// What is true of the connection to the client afterwards.
    enum Ending: Sendable {
        /// It takes another request.
        case stays
        /// It ends in order, right behind the last answer.
        case closes
        /// It ends in the middle of the last answer, so that nobody takes that for complete.
        case breaks
        /// It is a tunnel to the origin.
        case tunnels
    }

    /// A request as the origin has to see it; beside these fields only `Host` and `Via` are there.
    struct Seen: Sendable {
        var line: String
        var host = "$HOST"
        var fields: [String]
        var body: String
        var trailers: [String] = []
        var isComplete = true
        /// What stands in `Via` before the proxy's own name.
        var version = "1.1"
    }

    /// The word of the case at a place, which names its path: letters, so that it stays a name in the route.
    static func word(_ place: Int) -> String {
        let letters = Array("bcdfghjklm")
        return "case" + String([letters[place / 100 % 10], letters[place / 10 % 10], letters[place % 10]])
    }

    var name: String
    var request: Message
    /// Sent once the origin has seen the request's head.
    var rest: Message?
    /// Whether the client shuts its side after its last byte.
    var endsWriting = false
    /// What the origin says; `nil`: 200 and `ok`.
    var answer: LoggingOrigin.Answer?
    /// What the origin says once more after the client has its answer.
    var late: String?
    /// The final answers' statuses.
    var statuses: [Int]
    /// Those of the 1xx before the last answer.
    var interims: [Int] = []
    var ending: Ending
    /// The last answer's content.
    var body: String?
    /// Texts that are in the last answer's head, and that are not.
    var holds: [String] = []
    var lacks: [String] = []
    var seen: [Seen] = []
    /// `success`, `transport_error http_protocol_error`, …: a call each.
    var recorded: [String] = []
    /// Calls whose recorded path does not hold the case's word.
    var unnamedCalls = 0
    /// Why it is passed on although HAProxy or nginx refuses it or reads it otherwise.
    var permits: String?
}

// MARK: What the client sends

extension AbuseCase {
    /// Answered by the proxy itself, which ends the connection; nobody else learns of it.
    static func refused(_ status: Int, _ name: String, _ request: Message) -> AbuseCase {
        AbuseCase(
            name: name, request: request, statuses: [status], ending: .closes,
            holds: ["Proxy-Status: venus; error=http_request_error\r\n", "Connection: close\r\n"])
    }

    /// Passed on as told, and answered by the origin.
    static func passed(_ name: String, _ request: Message, as seen: Seen...) -> AbuseCase {
        AbuseCase(
            name: name, request: request, statuses: seen.map { _ in 200 }, ending: .stays, seen: seen,
            recorded: seen.map { _ in "success" })
    }

    /// Its call fails, and the proxy says so.
    static func failed(_ status: Int, _ errorType: String, _ name: String, _ request: Message) -> AbuseCase {
        AbuseCase(
            name: name, request: request, statuses: [status], ending: .stays, holds: ["error=\(errorType)"],
            recorded: ["transport_error \(errorType)"])
    }

    /// The client ends before it has said everything; nobody is answered.
    static func abandoned(_ name: String, _ request: Message, seen: [Seen] = []) -> AbuseCase {
        AbuseCase(
            name: name, request: request, endsWriting: true, statuses: [], ending: .closes, seen: seen,
            recorded: seen.map { _ in "cancelled" })
    }
}

// MARK: What the origin answers

extension AbuseCase {
    /// An answer that is passed on.
    static func relayed(
        _ status: Int, _ name: String, _ answer: String, _ ending: LoggingOrigin.Answer.Ending = .keeps,
        body: String? = nil
    ) -> AbuseCase {
        AbuseCase(
            name: name, request: .get(), answer: .init(answer, ending), statuses: [status], ending: .stays, body: body,
            seen: [.get()], recorded: [status < 400 ? "success" : status < 500 ? "client_error" : "server_error"])
    }

    /// An answer that cannot be used: 502, with this error type.
    static func rejected(
        _ errorType: String, _ name: String, _ answer: String, _ ending: LoggingOrigin.Answer.Ending = .keeps
    ) -> AbuseCase {
        AbuseCase(
            name: name, request: .get(), answer: .init(answer, ending), statuses: [502], ending: .stays,
            holds: ["Proxy-Status: venus; error=\(errorType)"], seen: [.get()],
            recorded: ["transport_error \(errorType)"])
    }

    /// An answer that breaks off after a part of it went out: the client is told the same way.
    static func broken(
        _ errorType: String, _ name: String, _ answer: String, _ ending: LoggingOrigin.Answer.Ending = .closes
    ) -> AbuseCase {
        AbuseCase(
            name: name, request: .get(), answer: .init(answer, ending), statuses: [200], ending: .breaks,
            seen: [.get()], recorded: ["transport_error \(errorType)"])
    }
}

// MARK: Further expectations

extension AbuseCase {
    func changed(_ change: (inout AbuseCase) -> Void) -> AbuseCase {
        var copy = self
        change(&copy)
        return copy
    }

    func to(_ request: Message) -> AbuseCase { changed { $0.request = request } }
    func seen(_ seen: Seen...) -> AbuseCase { changed { $0.seen = seen } }
    func then(_ rest: Message) -> AbuseCase { changed { $0.rest = rest } }
    func holding(_ texts: String...) -> AbuseCase { changed { $0.holds += texts } }
    func lacking(_ texts: String...) -> AbuseCase { changed { $0.lacks += texts } }
    func recorded(_ calls: String...) -> AbuseCase { changed { $0.recorded = calls } }
    func recordedUnnamed() -> AbuseCase {
        changed {
            $0.unnamedCalls = $0.recorded.count
            $0.recorded = []
        }
    }

    func answers(_ statuses: Int...) -> AbuseCase { changed { $0.statuses = statuses } }
    func interims(_ statuses: Int...) -> AbuseCase { changed { $0.interims = statuses } }
    func ending(_ ending: Ending) -> AbuseCase { changed { $0.ending = ending } }
    func late(_ text: String) -> AbuseCase { changed { $0.late = text } }
    func piecemeal() -> AbuseCase { changed { $0.answer?.isPiecemeal = true } }
    func permitted(_ reason: String) -> AbuseCase { changed { $0.permits = reason } }
}

extension AbuseCase.Seen {
    static func get(_ fields: String..., body: String = "") -> Self {
        Self(line: "GET /$CASE HTTP/1.1", fields: fields, body: body)
    }

    static func post(_ fields: String..., body: String = "") -> Self {
        Self(line: "POST /$CASE HTTP/1.1", fields: fields, body: body)
    }

    static func chunked(_ body: String, trailers: [String] = []) -> Self {
        Self(
            line: "POST /$CASE HTTP/1.1", fields: ["Transfer-Encoding: chunked"], body: body, trailers: trailers)
    }

    static func line(_ line: String, _ fields: String..., body: String = "") -> Self {
        Self(line: line, fields: fields, body: body)
    }

    func incomplete() -> Self {
        var copy = self
        copy.isComplete = false
        return copy
    }

    func host(_ host: String) -> Self {
        var copy = self
        copy.host = host
        return copy
    }

    func version10() -> Self {
        var copy = self
        copy.version = "1.0"
        return copy
    }
}
