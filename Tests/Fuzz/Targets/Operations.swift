import VenusCore
import VenusProxy

/// Any host, method and path as an operation: its line is short, needs no escape, tells no value of the path, and the
/// table stays within its bound.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOperations(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzzing.run(data, size) { bytes in
        let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        let host = Array(parts[0])
        let method = parts.count > 1 ? Array(parts[1]) : []
        let path = parts.count > 2 ? Array(parts[2]) : []
        var table = OperationTable(maximumOperations: 2, seed: 1)
        var places: [UInt32] = []
        for scheme in Scheme.allCases {
            for _ in 0..<2 { places.append(intern(&table, scheme, host, method, path)) }
        }
        require(places[0] == places[1] && places[2] == places[3], "the same operation is found again")
        require(table.count <= 3 + OperationTable.maximumOverflowingDependencies, "the table is bounded")
        for place in 0..<table.count {
            var line: [UInt8] = []
            table.append(line: place, to: &line)
            require(line.count < 1_024, "a line is short: \(line.quoted)")
            require(line.count { $0 == UInt8(ascii: "\t") } == 5, "six columns: \(line.quoted)")
            require(
                line.allSatisfy { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") || $0 == UInt8(ascii: "\t") },
                "needs no escape: \(line.quoted)")
        }
        checkRoute(path)
    }
}

private func intern(
    _ table: inout OperationTable, _ scheme: Scheme, _ host: [UInt8], _ method: [UInt8], _ path: [UInt8]
) -> UInt32 {
    host.withUnsafeBufferPointer { host in
        method.withUnsafeBufferPointer { method in
            path.withUnsafeBufferPointer { path in
                table.intern(
                    scheme: scheme, host: host, port: 80, method: method, path: path, networkProtocol: .http11)
            }
        }
    }
}

private func checkRoute(_ path: [UInt8]) {
    var route: [UInt8] = []
    path.withUnsafeBufferPointer { RouteTemplate.append($0, to: &route) }
    let most = RouteTemplate.maximumSegments * (RouteTemplate.maximumSegmentBytes + 1) + 4
    require(!route.isEmpty && route.count <= most, "a template is bounded: \(route.quoted)")
    var twice: [UInt8] = []
    route.withUnsafeBufferPointer { RouteTemplate.append($0, to: &twice) }
    require(twice == route, "a template of a template is itself: \(route.quoted)")
}
