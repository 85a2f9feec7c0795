import Foundation
import TestSupport
import Testing

extension TheAlerts {
    @Suite("An origin that flaps around a limit")
    struct FlappingTests {
        @Test("crosses it twenty times, and is one alert with one message each way")
        func once() async throws {
            let origin = try Origin()
            let venus = try await VenusUp(environment: AlertBench.environment)
            let api = try await venus.signIn()
            let receiver = try await AlertBench.receiver(of: api, in: venus.directory).process
            defer { withExtendedLifetime(receiver) {} }
            try await AlertBench.watch(api, origin, limit: 0.5, keepFiringFor: 8)

            let caller = SteadyCalls(through: venus.proxyPort, origin)
            defer { withExtendedLifetime(caller) {} }
            // Two seconds of each: of ten, four or six are bad ones, by turns.
            let begun = ContinuousClock.now
            var crossings = 0
            var wasBelow = false
            try await eventually(within: .seconds(150), poll: .milliseconds(100), "twenty crossings") {
                let seconds = (ContinuousClock.now - begun).components.seconds
                caller.call(seconds / 2 % 2 == 0 ? "/status/503" : "/")
                let edge = try await api.edge("checkout", origin.authority, window: "10s")
                guard let value = edge?["kpis"]["availability"].double, value != 0.5 else { return false }
                if (value < 0.5) != wasBelow { crossings += 1 }
                wasBelow = value < 0.5
                return crossings >= 20
            }
            #expect(try AlertBench.messages(receiver).map(\.kind) == ["alert.firing"])
            caller.call("/")
            try await eventually(within: .seconds(60), "the end of the alert") {
                let waiting = try await api.get("/webhooks")["items"].array.first?["waiting"].int
                return try await api.get("/alerts")["items"].array.isEmpty && waiting == 0
            }
            let messages = try AlertBench.messages(receiver)
            #expect(messages.map(\.kind) == ["alert.firing", "alert.resolved"], "\(messages)")
            #expect(Set(messages.map(\.fault)).count == 1 && messages.allSatisfy { $0.verified == [0] })
        }
    }
}
