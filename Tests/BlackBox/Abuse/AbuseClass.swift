import Testing

/// A class of abuse: its cases share a proxy and an origin.
struct AbuseClass: Sendable, CustomTestStringConvertible {
    var name: String
    var cases: [AbuseCase]

    init(_ name: String, _ cases: [AbuseCase]) {
        self.name = name
        self.cases = cases
    }

    var testDescription: String { "\(name): \(cases.count) cases" }

    /// What clients send.
    static let requests: [AbuseClass] = [
        contentLength, transferEncoding, chunkedBodies, bodies, fields, requestLine, otherProtocols, targets,
        authorities,
        hostField, hopByHop, loops, maxForwards, connect, pipelining, smuggling, limits,
    ]

    /// Those requests whose fate is settled by a whole head, so that it does not matter how much comes at a time. What
    /// has no end is noticed at once or when its time is over.
    static let heads: [AbuseClass] = [
        contentLength, transferEncoding, bodies, fields, requestLine, targets, authorities, hostField, hopByHop, loops,
        maxForwards,
    ]

    /// What origins answer.
    static let responses: [AbuseClass] = [
        statusLines, responseFields, responseFraming, responseBodies, bodilessResponses, interimResponses, upgrades,
    ]
}
