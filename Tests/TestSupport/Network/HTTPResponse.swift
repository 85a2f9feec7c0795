/// A response as a client saw it.
public struct HTTPResponse: Sendable {
    public var head: HTTPHead
    public var status: Int
    /// The body's first bytes, as many as were asked to be kept.
    public var body: [UInt8]
    public var bodyLength: Int
    public var bodyChecksum: String

    public var text: String { String(decoding: body, as: UTF8.self) }
    public subscript(name: String) -> String? { head[name] }
}
