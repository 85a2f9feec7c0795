package import HTTPTypes

/// What a request shows to be let in. The most explicit wins: bearer, then subprotocol, then cookie.
package enum Credentials: Sendable, Equatable {
    case none
    /// Something that cannot be a token.
    case unusable
    /// `Authorization: Bearer`.
    case bearer(Token)
    /// `Sec-WebSocket-Protocol: venus.v1, bearer.TOKEN`, which is all that a browser's script can set.
    case subprotocol(Token)
    /// A browser sends it by itself: it counts only with a checked `Origin`.
    case cookie(Token)

    package static let subprotocol = "venus.v1"
    private static let tokenPrefix = "bearer."

    /// - Parameter cookieName: see ``SessionCookie/name``.
    package init(_ fields: HTTPFields, cookieName: String) {
        if let field = fields[.authorization] {
            let parts = field.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer", let token = Token(String(parts[1])) else {
                self = .unusable
                return
            }
            self = .bearer(token)
        } else if let text = Self.subprotocols(fields).first(where: { $0.hasPrefix(Self.tokenPrefix) }) {
            self = Token(String(text.dropFirst(Self.tokenPrefix.count))).map { .subprotocol($0) } ?? .unusable
        } else if let text = Self.cookie(cookieName, fields) {
            self = Token(text).map { .cookie($0) } ?? .unusable
        } else {
            self = .none
        }
    }

    package static func subprotocols(_ fields: HTTPFields) -> [String] {
        fields[values: .secWebSocketProtocol].flatMap { $0.split(separator: ",") }.map {
            String($0.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" })
        }
    }

    /// The value of a cookie.
    static func cookie(_ cookieName: String, _ fields: HTTPFields) -> String? {
        for field in fields[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == cookieName else { continue }
                return String(parts[1])
            }
        }
        return nil
    }
}
