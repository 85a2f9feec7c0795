/// A rolling span that ends now.
public enum Window: Int, Sendable, Hashable, CaseIterable, Codable {
    case seconds10 = 10
    case minute1 = 60
    case minutes5 = 300
    case minutes15 = 900
    case hour1 = 3_600

    /// Length in seconds.
    public var seconds: Int64 { Int64(rawValue) }

    /// Length in seconds of the cells a window is made of: it moves on in steps of this.
    public var cellSeconds: Int64 {
        switch self {
        case .seconds10, .minute1: 1
        case .minutes5, .minutes15: 10
        case .hour1: 60
        }
    }

    /// How many seconds the window holds when it ends at `second` (since the epoch): it begins with a whole cell, so it
    /// is shorter than its length by less than one cell. What a load is divided by.
    public func span(endingAt second: Int64) -> Int64 {
        let intoCell = ((second % cellSeconds) + cellSeconds) % cellSeconds
        return intoCell == 0 ? seconds : seconds - (cellSeconds - intoCell)
    }

    /// `10s`, `1m`, `5m`, `15m`, `1h`.
    public var name: String {
        switch self {
        case .seconds10: "10s"
        case .minute1: "1m"
        case .minutes5: "5m"
        case .minutes15: "15m"
        case .hour1: "1h"
        }
    }

    public init?(name: String) {
        guard let window = Window.allCases.first(where: { $0.name == name }) else { return nil }
        self = window
    }
}
