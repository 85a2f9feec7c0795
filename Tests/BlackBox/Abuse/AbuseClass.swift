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
        hostField, hopByHop, loops, maxForwards, connect, pipelining, limits,
    ]

    /// What origins answer.
    static let responses: [AbuseClass] = [
        statusLines, responseFields, responseFraming, responseBodies, bodilessResponses, interimResponses, upgrades,
    ]
}
