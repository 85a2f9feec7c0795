/// When to read a pair of files again that somebody replaces, one after the other and perhaps slowly: at the second
/// look that finds them changed and as they were at the look before.
package struct CertificateWatchStateMachine: Sendable {
    package enum Action: Sendable, Equatable {
        case nothing
        case read
    }

    /// As they were when they were read, whether or not they were good.
    private var read: [FileStamp?]
    private var seen: [FileStamp?]

    /// - Parameter stamps: from before the files were read.
    package init(read stamps: [FileStamp?]) {
        read = stamps
        seen = stamps
    }

    package mutating func looked(_ stamps: [FileStamp?]) -> Action {
        let isSettled = stamps == seen
        seen = stamps
        guard isSettled, stamps != read else { return .nothing }
        read = stamps
        return .read
    }
}
