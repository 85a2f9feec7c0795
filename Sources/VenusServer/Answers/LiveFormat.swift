/// How a view of the live data is written.
enum LiveFormat: Hashable, Sendable {
    case graph(GraphFormat)
    case json
    case csv

    var mediaType: String {
        switch self {
        case .graph(let format): format.mediaType
        case .json: "application/json"
        case .csv: "text/csv; charset=utf-8; header=present"
        }
    }

    /// Distinguishes the formats that one address has.
    var tag: String {
        switch self {
        case .graph(let format): format.rawValue
        case .json: "json"
        case .csv: "csv"
        }
    }
}
