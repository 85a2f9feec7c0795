/// Why a keys file cannot be used. Says place and reason, and nothing of what the file holds.
package enum KeysFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A line that is wrong.
    package struct Fault: Error, Sendable, Hashable {
        /// From 1.
        package var line: Int
        package var reason: String
    }

    /// It is not there, or cannot be read.
    case unreadable(String)
    case tooLarge
    case notText
    /// Everybody on the machine could let themselves in.
    case writableByAll
    /// It was written while it was read; try again.
    case changing
    /// At least one line is wrong.
    case invalid([Fault])

    /// Faults that a message tells; further ones are counted.
    private static let shownFaults = 5

    package var description: String {
        switch self {
        case .unreadable(let reason): "it cannot be read: \(reason)"
        case .tooLarge: "it is larger than \(ServiceKeys.maximumBytes >> 10) KiB"
        case .notText: "it is not UTF-8 text"
        case .writableByAll: "everybody on this machine can write it; take that away: chmod o-w"
        case .changing: "it is being written"
        case .invalid(let faults):
            faults.prefix(Self.shownFaults).map { "line \($0.line) \($0.reason)" }.joined(separator: "; ")
                + (faults.count > Self.shownFaults ? "; and \(faults.count - Self.shownFaults) more" : "")
        }
    }
}
