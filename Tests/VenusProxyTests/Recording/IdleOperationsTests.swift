import Logging
import Testing
import VenusCallLog
import VenusCore
import VenusProxy

@Suite("Operations that nobody calls any more", .timeLimit(.minutes(1)))
struct IdleOperationsTests {
    private let log = ScriptedCallLog()

    private func shipper(maximumOperations: Int) -> CallShipper {
        var configuration = CallShipperConfiguration(version: "1")
        configuration.maximumOperations = maximumOperations
        return CallShipper(
            producer: Producer(id: "p1", environment: "e", service: "s", instance: "i", host: "h"), callLog: log,
            configuration: configuration, logger: Logger(label: "test"), clock: ManualClock(), random: { 0 })
    }

    /// The operation of every call in the log, in order.
    private func names() throws -> [String] {
        try log.blocks().flatMap { block in
            let operations = block.operations.map(\.name)
            return try block.rows().map { operations[$0.operation] }
        }
    }

    @Test("make room for new ones; those that were called meanwhile, or are under way, stay")
    func forgotten() async throws {
        let shipper = shipper(maximumOperations: 3)
        let recorder = shipper.makeRecorder()
        let underWay = recorder.intern("GET", "api", "/under-way")
        for path in ["/old", "/used"] { recorder.record(recorder.intern("GET", "api", path), start: 0) }
        recorder.forgetIdleOperations(except: [underWay.rawValue])
        // The block that is pending counts.
        recorder.record(recorder.intern("GET", "api", "/used"), start: 1)
        #expect(recorder.isFull)
        recorder.forgetIdleOperations(except: [underWay.rawValue])
        #expect(!recorder.isFull)
        for path in ["/new", "/used", "/beyond"] { recorder.record(recorder.intern("GET", "api", path), start: 2) }
        recorder.record(underWay, start: 3)
        recorder.flush()
        await shipper.finish(within: .seconds(10))
        #expect(
            try names() == [
                "GET /old", "GET /used", "GET /used", "GET /new", "GET /used", "_OTHER _overflow", "GET /under-way",
            ])
    }

    @Test("are known for as long as there is room")
    func room() async throws {
        let shipper = shipper(maximumOperations: 3)
        let recorder = shipper.makeRecorder()
        let operations = ["/a", "/b"].map { recorder.intern("GET", "api", $0) }
        for _ in 0..<3 { recorder.forgetIdleOperations(except: []) }
        #expect(["/a", "/b"].map { recorder.intern("GET", "api", $0) } == operations)
        for operation in operations { recorder.record(operation, start: 0) }
        recorder.flush()
        await shipper.finish(within: .seconds(10))
        #expect(try names() == ["GET /a", "GET /b"])
    }
}
