import Logging
import TestSupport
import Testing
import VenusCallLog
import VenusCore
import VenusProxy

@Suite("The shippers of a shared proxy")
struct CallShippersTests {
    private let log = ScriptedCallLog()

    private func shippers(room: QueueRoom? = nil) -> CallShippers {
        let make = { @Sendable [log] (service: String) in
            CallShipper(
                producer: Producer(
                    id: "of-" + service, environment: "test", service: service, instance: "i", host: "h"),
                callLog: log, configuration: CallShipperConfiguration(), room: room,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
        return CallShippers(own: make("own"), make: make)
    }

    @Test("are one a service, and those beyond the bound share one")
    func bounded() {
        let shippers = shippers()
        #expect(shippers.shipper(for: "own") === shippers.own)
        #expect(shippers.shipper(for: "a") === shippers.shipper(for: "a"))
        #expect(shippers.shipper(for: "a").producer.service == "a")
        for number in 0..<CallShippers.maximumServices { _ = shippers.shipper(for: "s\(number)") }
        let beyond = shippers.shipper(for: "one more")
        #expect(beyond.producer.service == "_overflow")
        #expect(shippers.shipper(for: "and another") === beyond)
        #expect(shippers.shipper(for: "a").producer.service == "a")
    }

    @Test("share the room for what waits: one that fills it leaves none to the others, until it is shipped")
    func sharedRoom() async throws {
        let shippers = shippers(room: QueueRoom(bytes: 500))
        let recorders = ["own", "other"].map { shippers.shipper(for: $0).makeRecorder() }
        for recorder in recorders {
            recorder.record(recorder.intern("GET", "api", "/"), start: 1)
            recorder.flush()
        }
        #expect(shippers.own.callsQueued == 1)
        #expect(shippers.shipper(for: "other").callsQueued == 0)
        #expect(shippers.shipper(for: "other").callsDropped == 1)
        let running = Task { await shippers.run() }
        try await eventually("the first block in the log") { shippers.own.callsQueued == 0 }
        recorders[1].record(recorders[1].intern("GET", "api", "/"), start: 2)
        recorders[1].flush()
        await shippers.finish(within: .seconds(10))
        running.cancel()
        await running.value
        let blocks = log.blocks()
        #expect(blocks.map(\.header.producer.service) == ["own", "other"])
        #expect(blocks.map(\.header.first) == [1, 2])
        let ends = log.heartbeats().filter(\.isEnd)
        #expect(Set(ends.map(\.producer.service)) == ["own", "other"])
        #expect(ends.allSatisfy { $0.next == ($0.producer.service == "own" ? 2 : 3) })
    }
}
