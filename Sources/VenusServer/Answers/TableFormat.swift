import Hummingbird

/// What a resource of rows comes as.
enum TableFormat: String, CaseIterable, Sendable {
    case json
    case columns
    case csv

    static let csvMediaType = LiveFormat.csv.mediaType

    /// As the parameter `format` says, or else the field `Accept`.
    init(_ parameters: QueryParameters, _ request: APIRequest, among allowed: [TableFormat]) throws(Problem) {
        let named = try parameters.value(
            "format", allowed: allowed.map(\.rawValue),
            parse: { name in allowed.first { $0.rawValue == name } })
        self = named ?? (request.request.headers.prefersCSV ? .csv : .json)
    }
}
