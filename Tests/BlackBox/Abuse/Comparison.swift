import Foundation
import TestSupport

/// What came of the same bytes behind one proxy.
struct Outcome: Sendable {
    /// What came out at the origin.
    var requests: [LoggingOrigin.Request]
    /// What the client was answered; nothing behind an error.
    var statuses: [Int]
}

/// What two proxies have made of the same bytes: how many requests, their methods, paths, versions, fields, content and
/// trailers, and the class of each answer.
struct Comparison {
    var abuse: AbuseCase
    var ours: Outcome
    var theirs: Outcome
    /// Whose `theirs` is.
    var proxy: String

    /// What differs, except for what a proxy may do in its own way.
    var differences: [String] {
        var differences: [String] = []
        // That they pass on more of what we refuse, or of what was broken off, is their affair.
        let isAllPassed = !ours.statuses.contains { $0 >= 400 } && ours.requests.allSatisfy(\.isComplete)
        let (our, their) = (ours.requests.count, theirs.requests.count)
        if their < our || isAllPassed && their != our {
            differences.append("we passed on \(our), they \(their) and answered \(theirs.statuses)")
        }
        for (place, pair) in zip(ours.requests, theirs.requests).enumerated() {
            differences += compare(pair.0, pair.1)
            guard pair.0.isComplete else { continue }
            let statuses = [ours, theirs].map { place < $0.statuses.count ? $0.statuses[place] : 0 }
            if statuses[0] / 100 != statuses[1] / 100 { differences.append("answers: \(statuses)") }
        }
        return differences
    }

    private func compare(_ our: LoggingOrigin.Request, _ their: LoggingOrigin.Request) -> [String] {
        var differences: [String] = []
        func expect<Value: Equatable>(_ what: String, _ our: Value, _ their: Value) {
            guard our != their else { return }
            differences.append("\(what): ours '\("\(our)".prefix(200))', theirs '\("\(their)".prefix(200))'")
        }
        expect("method", our.method, their.method)
        // HAProxy leaves the target absolute, which an origin has to take (RFC 9112, section 3.2.2).
        expect("path", our.path, their.path)
        // HAProxy goes on with the client's version; ours is our own (RFC 9110, section 2.5).
        if !abuse.request.text.contains(" HTTP/1.0\r\n") {
            expect("version", our.line.suffix(9), their.line.suffix(9))
        }
        let (ourFields, theirFields) = (fields(of: our), fields(of: their))
        for name in Set(ourFields.keys).union(theirFields.keys).sorted() {
            expect("field \(name.prefix(80))", ourFields[name] ?? [], theirFields[name] ?? [])
        }
        // Of what was broken off, the rest was seen by none.
        guard our.isComplete else { return differences }
        expect("content", our.body, their.body)
        expect("whole", our.isComplete, their.isComplete)
        // nginx drops them, as it may (RFC 9110, section 6.5.1).
        if proxy != "nginx" { expect("trailers", trailers(of: our), trailers(of: their)) }
        return differences
    }

    // MARK: What a proxy may do in its own way

    /// Fields that are not compared, and why: each proxy's own affair.
    private static let ownAffairs: [String: String] = [
        "connection": "of this hop (RFC 9110, section 7.6.1)",
        "keep-alive": "of this hop (RFC 9110, section 7.6.1); they pass it on",
        "proxy-connection": "of this hop (RFC 9110, section 7.6.1); they pass it on",
        "te": "of this hop (RFC 9110, section 10.1.4); they pass it on",
        "upgrade": "of this hop (RFC 9110, section 7.8); what is passed on of it is among the cases of upgrades",
        "http2-settings": "of an upgrade (RFC 7540, section 3.2.1)",
        "proxy-authorization": "for us, who are a proxy (RFC 9110, section 11.7.2); they are gateways",
        "expect": "nginx answers it, as it may (RFC 9110, section 10.1.1)",
    ]

    /// Fields that only nginx is not compared by, and why.
    private static let ownAffairsOfNginx: [String: String] = [
        "content-length": "it frames content anew that has come as a whole; what it reads is compared",
        "transfer-encoding": "it frames content anew that has come as a whole; what it reads is compared",
    ]

    /// The values of each field that is compared, in order, by its name in lower case: names have no case, and values
    /// no white space around them (RFC 9110, section 5).
    private func fields(of request: LoggingOrigin.Request) -> [String: [String]] {
        let nominated = Self.parts(of: abuse.request.text.components(separatedBy: "\r\n"))
            .filter { $0.name == "connection" }.flatMap { $0.value.components(separatedBy: ",") }
            .map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        var fields: [String: [String]] = [:]
        for (name, value) in Self.parts(of: request.fields) where Self.ownAffairs[name] == nil {
            // They leave fields that Connection names where they are, against RFC 9110, section 7.6.1.
            if nominated.contains(name), name != "transfer-encoding" { continue }
            // Our own name, which a gateway need not tell (RFC 9110, section 7.6.3).
            if name == "via", value.wholeMatch(of: /1\.[01] venus-\w+/) != nil { continue }
            // HTTP/1.0 has requests without it; ours is one of HTTP/1.1.
            if name == "host", !abuse.request.text.contains("\r\nHost:") { continue }
            if proxy == "nginx" {
                if Self.ownAffairsOfNginx[name] != nil { continue }
                // It drops all others (`ignore_invalid_headers`).
                if name.contains(where: { !($0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0))) }) {
                    continue
                }
            }
            // Leading zeros say nothing (RFC 9110, section 8.6).
            let number = name == "content-length" ? Int(value).map(String.init) : nil
            fields[name, default: []].append(number ?? (name == "transfer-encoding" ? value.lowercased() : value))
        }
        return fields
    }

    private func trailers(of request: LoggingOrigin.Request) -> [String] {
        Self.parts(of: request.trailers).map { "\($0.name): \($0.value)" }
    }

    private static func parts(of lines: [String]) -> [(name: String, value: String)] {
        lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0].lowercased(), parts.dropFirst().joined().trimmingCharacters(in: .whitespaces))
        }
    }
}
