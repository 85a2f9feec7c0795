/// One running copy of a service (OTel `service.instance.id`).
public struct InstanceKey: Sendable, Hashable, Comparable {
    public var environment: String
    public var service: String
    public var instance: String

    public init(environment: String, service: String, instance: String) {
        self.environment = environment
        self.service = service
        self.instance = instance
    }

    public static func < (left: InstanceKey, right: InstanceKey) -> Bool {
        (left.environment, left.service, left.instance) < (right.environment, right.service, right.instance)
    }
}

extension InstanceKey {
    public func encode(into writer: inout ByteWriter) {
        for name in [environment, service, instance] { writer.append(name) }
    }

    public init(from reader: inout ByteReader) throws(EncodingError) {
        self.init(
            environment: try reader.readString(), service: try reader.readString(), instance: try reader.readString())
    }
}
