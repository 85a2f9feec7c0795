package import VenusCore

extension RouteTrie {
    private static let version: UInt8 = 1
    /// Longer segments are in names that are too long to be kept.
    private static let maximumSegmentBytes = KeyTable.maximumNameBytes

    /// The stored form: version, count of methods, and the nodes, each before its children.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.append(byte: Self.version)
        writer.append(UInt64(methods.count))
        for method in methods { Self.append(method, to: &writer) }
        return writer.bytes
    }

    /// Throws for bytes that no version of Venus has written, and for those of a newer one.
    package init(encoded: [UInt8]) throws(EncodingError) {
        var reader = ByteReader(encoded)
        try reader.readVersion(upTo: Self.version)
        var room = Self.maximumNodes
        let methods = try Self.nodes(from: &reader, most: Self.maximumMethods, depth: 0, room: &room)
        guard reader.isAtEnd else { throw .corrupt }
        self.init(methods: methods)
    }

    private static func append(_ node: RouteNode, to writer: inout ByteWriter) {
        writer.append(node.segment)
        writer.append(byte: node.isCollapsed ? 1 : 0)
        writer.append(UInt64(node.children.count))
        for child in node.children { append(child, to: &writer) }
    }

    private static func nodes(
        from reader: inout ByteReader, most: Int, depth: Int, room: inout Int
    ) throws(EncodingError) -> [RouteNode] {
        let count = try reader.read(Int.self)
        guard count <= most, count <= room, count == 0 || depth <= maximumDepth else { throw .corrupt }
        room -= count
        var nodes: [RouteNode] = []
        for _ in 0..<count {
            var node = RouteNode(segment: try reader.readString())
            guard node.segment.utf8.count <= maximumSegmentBytes, !node.segment.utf8.contains(UInt8(ascii: "/")),
                nodes.last.map({ $0.segment < node.segment }) ?? true
            else { throw .corrupt }
            switch try reader.readByte() {
            case 0: node.isCollapsed = false
            case 1: node.isCollapsed = true
            default: throw .corrupt
            }
            node.children = try self.nodes(from: &reader, most: maximumChildren, depth: depth + 1, room: &room)
            guard !node.isCollapsed || node.children.map(\.segment) == [wildcard] else { throw .corrupt }
            nodes.append(node)
        }
        return nodes
    }
}
