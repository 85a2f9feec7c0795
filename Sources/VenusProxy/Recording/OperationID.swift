/// An operation in the table of one ``Recorder``; of no meaning to another.
public struct OperationID: Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}
