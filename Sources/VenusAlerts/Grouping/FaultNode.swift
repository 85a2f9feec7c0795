/// What is at fault: a dependency, a service (also one that others call), or a host.
public struct FaultNode: Sendable, Hashable, Comparable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable { case everything, dependency, service, host }

    public var kind: Kind
    public var environment: String
    public var name: String

    public init(_ kind: Kind, _ name: String, environment: String) {
        self.kind = kind
        self.environment = environment
        self.name = name
    }

    public static func < (left: FaultNode, right: FaultNode) -> Bool {
        (left.environment, left.kind.rawValue, left.name) < (right.environment, right.kind.rawValue, right.name)
    }
}
