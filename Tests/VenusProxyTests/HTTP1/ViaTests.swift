import Testing
import VenusProxy

@Suite("Via")
struct ViaTests {
    private func names(_ value: String, _ pseudonym: String = "venus-1a") -> Bool {
        let bytes = Array(value.utf8)
        return Array(pseudonym.utf8).withUnsafeBufferPointer {
            Via.names($0, bytes.span, ByteRange(0, bytes.count))
        }
    }

    @Test(
        "names a proxy as the receiver of any of its elements",
        arguments: [
            "1.1 venus-1a", "1.0 a, 1.1 venus-1a", "1.1\tvenus-1a (Venus)", "HTTP/1.1  venus-1a , 1.1 b",
            ",1.1 venus-1a",
        ])
    func names(value: String) { #expect(names(value)) }

    @Test(
        "does not name a proxy whose name is only alike",
        arguments: [
            "", "1.1", "1.1 ", "venus-1a", "venus-1a x", "1.1 venus-1ab", "1.1 avenus-1a", "1.1 venus-1",
            "1.1 x venus-1a",
            "1.1 x (venus-1a)", "1.1 VENUS-1A",
        ])
    func doesNotName(value: String) { #expect(!names(value)) }
}
