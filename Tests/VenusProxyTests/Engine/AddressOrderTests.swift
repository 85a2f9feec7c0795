import Testing
import VenusProxy

@Suite("The order of addresses")
struct AddressOrderTests {
    private func interleaved(_ texts: [String]) -> [String] {
        AddressOrder.interleaved(texts.compactMap { IPAddress($0) }).map(\.text)
    }

    @Test("alternates between the families, beginning with that of the first")
    func alternates() {
        #expect(
            interleaved(["::1", "::2", "::3", "192.0.2.1", "192.0.2.2"])
                == ["::1", "192.0.2.1", "::2", "192.0.2.2", "::3"])
        #expect(interleaved(["192.0.2.1", "::1", "::2"]) == ["192.0.2.1", "::1", "::2"])
    }

    @Test("leaves one family as it is")
    func oneFamily() {
        #expect(interleaved(["192.0.2.2", "192.0.2.1"]) == ["192.0.2.2", "192.0.2.1"])
        #expect(interleaved([]).isEmpty)
    }

    @Test("is bounded, with both families in it")
    func bounded() {
        let all = (1...40).map { "::\($0)" } + (1...40).map { "192.0.2.\($0)" }
        let order = interleaved(all)
        #expect(order.count == AddressOrder.maximumAddresses)
        #expect(order.filter { $0.contains(":") }.count == AddressOrder.maximumAddresses / 2)
    }
}
