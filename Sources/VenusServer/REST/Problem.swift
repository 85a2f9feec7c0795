package import HTTPTypes

/// A refusal as RFC 9457 writes it (`application/problem+json`).
package struct Problem: Error, Sendable, Equatable {
    package var status: HTTPResponse.Status
    package var type: ProblemType
    package var title: String
    /// What went wrong here, and what to do about it. Holds no secret.
    package var detail: String
    /// The query parameter or member at fault.
    package var parameter: String?
    /// What would have been right, where that is a list.
    package var allowed: [String]?
    /// Sent beside the body.
    package var fields: HTTPFields = [:]

    package init(
        _ status: HTTPResponse.Status, _ type: ProblemType, title: String, detail: String, parameter: String? = nil,
        allowed: [String]? = nil, fields: HTTPFields = [:]
    ) {
        self.status = status
        self.type = type
        self.title = title
        self.detail = detail
        self.parameter = parameter
        self.allowed = allowed
        self.fields = fields
    }
}

extension Problem: Encodable {
    private enum CodingKeys: String, CodingKey { case type, title, status, detail, parameter, allowed }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type.urn, forKey: .type)
        try container.encode(title, forKey: .title)
        try container.encode(status.code, forKey: .status)
        try container.encode(detail, forKey: .detail)
        try container.encodeIfPresent(parameter, forKey: .parameter)
        try container.encodeIfPresent(allowed, forKey: .allowed)
    }
}
