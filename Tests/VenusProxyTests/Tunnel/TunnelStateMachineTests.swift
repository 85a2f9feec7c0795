import Testing
import VenusProxy

@Suite("A tunnel")
struct TunnelStateMachineTests {
    @Test("passes one side's end on and goes on in the other direction")
    func halfClose() {
        var tunnel = TunnelStateMachine()
        #expect(tunnel.ended(.client, isPending: false) == .shutDown(.dependency))
        #expect(!tunnel.isOpen(from: .client))
        #expect(tunnel.isOpen(from: .dependency))
        #expect(tunnel.ended(.dependency, isPending: false) == .finish)
    }

    @Test("flushes the last bytes before it passes an end on")
    func flushFirst() {
        var tunnel = TunnelStateMachine()
        #expect(tunnel.flushed(from: .dependency) == .nothing)
        #expect(tunnel.ended(.dependency, isPending: true) == .nothing)
        #expect(tunnel.ended(.client, isPending: false) == .shutDown(.dependency))
        #expect(tunnel.flushed(from: .client) == .nothing)
        #expect(tunnel.flushed(from: .dependency) == .finish)
    }

    @Test("hears an end once")
    func once() {
        var tunnel = TunnelStateMachine()
        #expect(tunnel.ended(.client, isPending: true) == .nothing)
        #expect(tunnel.ended(.client, isPending: false) == .nothing)
        #expect(tunnel.flushed(from: .client) == .shutDown(.dependency))
        #expect(tunnel.flushed(from: .client) == .nothing)
    }
}
