import Foundation
import TestSupport
import Testing

/// Several proxies, each of a service of its own, several analyzers and a server, on one Redis and one PostgreSQL.
final class Crew: Sendable {
    let fleet: Fleet
    let origin: Origin
    let api: VenusAPI
    let services: [String]
    let ports: [Int]

    /// Starts the server; proxies and analyzers come with ``proxy(_:shards:)`` and ``analyzer(_:shards:)``.
    init(services: [String], database: String? = nil) async throws {
        origin = try Origin()
        self.services = services
        ports = try services.map { _ in try freePort() }
        fleet = try await Fleet(roles: [.serve], database: database)
        api = try await fleet.signIn()
    }

    /// A proxy for the service at this place.
    func proxy(_ place: Int, shards: Int = 4) async throws -> ChildProcess {
        var environment = fleet.environment(of: "proxy-\(place)")
        environment["VENUS_SERVICE"] = services[place]
        environment["VENUS_PROXY_LISTEN"] = "127.0.0.1:\(ports[place])"
        environment["VENUS_STREAM_SHARDS"] = "\(shards)"
        let process = try VenusBinary.start(
            ["proxy"], environment: environment, directory: fleet.directory.path)
        try await process.waitForLine("the proxy's address") { [port = ports[place]] in
            $0.contains("Proxy") && $0.contains(":\(port)")
        }
        return process
    }

    func analyzer(_ name: String, shards: Int = 4) throws -> ChildProcess {
        var environment = fleet.environment(of: name)
        environment["VENUS_STREAM_SHARDS"] = "\(shards)"
        return try VenusBinary.start(
            ["analyze"], environment: environment, directory: fleet.directory.path)
    }

    /// Restarts the two analyzers and every proxy with another number of shards, one role after the other. One of the
    /// proxies is ahead of every analyzer.
    func restart(
        _ analyzers: inout [ChildProcess], _ proxies: inout [ChildProcess], shards: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for place in services.indices {
            if place == 1 || place == 3 {
                let number = place / 2
                let status = try await analyzers[number].stop(within: .seconds(30))
                #expect(status == .exited(0), sourceLocation: sourceLocation)
                analyzers[number] = try analyzer("analyze-\(number + 1)", shards: shards)
            }
            // The new proxy takes the address over, and the old one ends what it has under way.
            let next = try await proxy(place, shards: shards)
            let status = try await proxies[place].stop(within: .seconds(30))
            #expect(status == .exited(0), sourceLocation: sourceLocation)
            proxies[place] = next
        }
    }

    /// The newest entry of each of these shards, as `redis-cli` prints it; empty where there was none.
    func newest(of shards: Range<Int>) async throws -> [String] {
        var newest: [String] = []
        for shard in shards {
            newest.append(
                try await fleet.redis.cli("XREVRANGE", "venus:calls:{\(shard)}", "+", "-", "COUNT", "1"))
        }
        return newest
    }

    /// Calls through each proxy until they are stopped.
    func load(pause: Duration = .milliseconds(25)) -> [LoadGenerator] {
        ports.map {
            LoadGenerator(proxyPort: $0, url: origin.url("/bytes/200"), clients: 2, pause: pause)
        }
    }

    /// The holders of the shards' leases that have not run out, by shard.
    func owners() async throws -> [Int: String] {
        let rows = try await PostgresServer.query(
            "SELECT name, owner FROM leases WHERE name LIKE 'shard:%' AND expires_at > clock_timestamp()",
            url: fleet.databaseURL)
        var owners: [Int: String] = [:]
        for row in rows where row.count == 2 {
            if let shard = Int(row[0].dropFirst("shard:".count)) { owners[shard] = row[1] }
        }
        return owners
    }

    /// Waits until so many analyzers share all shards.
    @discardableResult
    func shared(_ shards: Int, among analyzers: Int, within limit: Duration = .seconds(45))
        async throws -> [Int: String]
    {
        try await eventually(
            within: limit, poll: .milliseconds(200), "\(analyzers) owners of \(shards) shards"
        ) {
            let owners = try await owners()
            guard owners.count == shards, Set(owners.values).count == analyzers else {
                throw TestFailure("\(owners)")
            }
            return owners
        }
    }

    /// Live calls of all services.
    func counted() async throws -> Int {
        try await api.get("/kpis?by=total&window=15m")["items"].array.compactMap {
            $0["kpis"]["calls"].int
        }.reduce(0, +)
    }

    /// Waits until as many calls are counted as were made, live and in history, and none is lost.
    func expectCounted(
        _ made: Int, within limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually(within: limit, poll: .milliseconds(200), "\(made) calls") {
            let live = try await counted()
            let stored = try await api.get("/history?range=hour")["totals"]["calls"].int
            guard live == made, stored == made else {
                throw TestFailure("\(live) live and \(stored ?? 0) in history, of \(made)")
            }
            return true
        }
        let lost = try await api.get("/losses")["calls"].int
        #expect(lost == 0, sourceLocation: sourceLocation)
    }
}

/// Stops the load, and returns how many calls were made. None may have failed.
func finish(
    _ load: [LoadGenerator], sourceLocation: SourceLocation = #_sourceLocation
) async throws -> Int {
    var made = 0
    for generator in load {
        let report = try await generator.stop()
        #expect(report.failed == 0, "\(report.failures)", sourceLocation: sourceLocation)
        made += report.made
    }
    return made
}
