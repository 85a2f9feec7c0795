import Foundation
import VenusCore

/// Hosts and their readings, on their way from one store to another, with the numbers of their agents that are taken:
/// what an agent sends again to the other store is not added again.
extension SQLSession {
    func exportHosts(_ body: (StoredRecord) throws -> Void) throws {
        for host in try hosts(withLatest: false) {
            var record = StoredRecord()
            record.host = StoredRecord.Machine(
                name: host.name, environment: host.environment, agentVersion: host.agentVersion,
                firstSeen: host.firstSeen, lastSeen: host.lastSeen)
            try body(record)
            for tier in Tier.allCases {
                try run(
                    "SELECT bucket, reading FROM \(tier.hostTable) WHERE host = $1 ORDER BY bucket", [.text(host.name)]
                ) {
                    var record = StoredRecord()
                    record.hostReading = StoredRecord.MachineReading(
                        host: host.name, tier: tier.name, bucket: try $0.second(0), reading: Data(try $0.bytes(1)))
                    try body(record)
                }
            }
        }
        try run(
            "SELECT host, producer, highest, dropped, last_seen FROM host_producers ORDER BY host, producer", []
        ) {
            var record = StoredRecord()
            record.hostProducer = StoredRecord.MachineProducer(
                host: try $0.text(0), producer: try $0.text(1), highest: try $0.count(2), dropped: try $0.count(3),
                lastSeen: try $0.millisecond(4))
            try body(record)
        }
    }

    /// Takes over a host, or adds one of its buckets to what is there.
    func takeHost(_ record: StoredRecord) throws {
        if let machine = record.host {
            guard KnownHost.isName(machine.name) else { throw StoreError(.corrupt, "a host has a name that cannot be") }
            guard try host(named: machine.name) == nil else { return }
            let host = KnownHost(
                name: machine.name, environment: StoredName.fit(machine.environment),
                agentVersion: StoredName.fit(machine.agentVersion), firstSeen: machine.firstSeen,
                lastSeen: machine.lastSeen)
            guard try note(host) != nil else { throw StoreError(.refused, "there are too many hosts") }
        } else if let stored = record.hostReading {
            guard let tier = Tier(name: stored.tier), KnownHost.isName(stored.host),
                (0...SQLValue.clamp(second: .max)).contains(stored.bucket),
                tier.bucket(of: stored.bucket) == stored.bucket
            else { throw StoreError(.corrupt, "a host's reading has a tier, a name or a time that there is not") }
            try add([stored.bucket: try HostReading(stored: Array(stored.reading))], tier: tier, of: stored.host)
        } else if let mark = record.hostProducer {
            guard KnownHost.isName(mark.host) else { throw StoreError(.corrupt, "a host has a name that cannot be") }
            try take(mark)
        }
    }

    private func take(_ mark: StoredRecord.MachineProducer) throws {
        let now = SQLValue.clamp(millisecond: mark.lastSeen)
        let batch = ReadingsBatch(
            producer: StoredName.fit(mark.producer), agentVersion: "", environment: "", dropped: mark.dropped)
        let highest = max(mark.highest, try highestSequence(of: mark.host, producer: batch.producer))
        try note(batch, of: mark.host, highest: highest, now: now)
    }
}
