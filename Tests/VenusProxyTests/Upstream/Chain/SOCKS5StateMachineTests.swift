import Testing
import VenusCore
import VenusProxy

@Suite("The way through a SOCKS5 proxy")
struct SOCKS5StateMachineTests {
    private typealias Action = SOCKS5StateMachine.Action

    /// Feeds bytes in pieces of `size`, as they come from a connection; every action but waiting, and what was left
    /// over.
    private func feed(_ bytes: [UInt8], offersPassword: Bool, pieces size: Int) -> (actions: [Action], left: [UInt8]) {
        var machine = SOCKS5StateMachine(offersPassword: offersPassword)
        var actions: [Action] = []
        var input: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            input += bytes[start..<min(start + size, bytes.count)]
            loop: while true {
                let (taken, action) = machine.received(input.span)
                input.removeFirst(taken)
                switch action {
                case .wait: break loop
                case .send: actions.append(action)
                case .established, .failed:
                    actions.append(action)
                    return (actions, input + bytes[min(start + size, bytes.count)...])
                }
            }
        }
        return (actions, input)
    }

    private let reply: [UInt8] = [5, 0, 0, 1, 127, 0, 0, 1, 0x1F, 0x90]

    @Test("without and with a password, in pieces of any size; what comes behind is not touched", arguments: 1...12)
    func established(size: Int) {
        let open = feed([5, 0] + reply + [1, 2, 3], offersPassword: false, pieces: size)
        #expect(open.actions == [.send(.request), .established])
        #expect(open.left == [1, 2, 3])
        let closed = feed([5, 2, 1, 0] + reply, offersPassword: true, pieces: size)
        #expect(closed.actions == [.send(.authentication), .send(.request), .established])
        // A proxy may not want what it was offered.
        #expect(feed([5, 0] + reply, offersPassword: true, pieces: size).actions.last == .established)
    }

    @Test("the address in the reply has any kind and length")
    func replies() {
        let name: [UInt8] = [5, 0, 0, 3, 2, 97, 98, 0, 80]
        let six: [UInt8] = [5, 0, 0, 4] + [UInt8](repeating: 0, count: 18)
        for reply in [name, six] {
            let result = feed([5, 0] + reply + [9], offersPassword: false, pieces: 3)
            #expect(result.actions == [.send(.request), .established])
            #expect(result.left == [9])
        }
        #expect(
            feed([5, 0, 5, 0, 0, 2, 0], offersPassword: false, pieces: 1).actions.last == .failed(.httpProtocolError))
    }

    @Test(
        "refusals, by what they mean",
        arguments: [
            (1, .destinationUnavailable), (2, .httpRequestDenied), (3, .destinationIPUnroutable),
            (4, .destinationIPUnroutable), (5, .connectionRefused), (6, .connectionTimeout),
            (7, .proxyConfigurationError), (8, .proxyConfigurationError), (9, .destinationUnavailable),
            (255, .destinationUnavailable),
        ] as [(UInt8, ErrorType)])
    func refusals(code: UInt8, type: ErrorType) {
        #expect(feed([5, 0, 5, code], offersPassword: false, pieces: 1).actions == [.send(.request), .failed(type)])
    }

    @Test("credentials that are not taken, and methods that were not offered")
    func methods() {
        #expect(feed([5, 0xFF], offersPassword: true, pieces: 2).actions == [.failed(.proxyConfigurationError)])
        #expect(feed([5, 2], offersPassword: false, pieces: 2).actions == [.failed(.httpProtocolError)])
        #expect(feed([5, 1], offersPassword: true, pieces: 2).actions == [.failed(.httpProtocolError)])
        #expect(feed([5, 2, 1, 1], offersPassword: true, pieces: 1).actions.last == .failed(.proxyConfigurationError))
        #expect(feed([5, 2, 5, 0], offersPassword: true, pieces: 1).actions.last == .failed(.httpProtocolError))
        // HTTP, or an older SOCKS.
        for other in [Array("HTTP/1.1 400".utf8), [4, 0x5A], [0]] {
            #expect(feed(other, offersPassword: true, pieces: 1).actions == [.failed(.httpProtocolError)])
        }
    }

    @Test("any bytes come to an end without harm", arguments: 0..<300 as Range<UInt64>)
    func anyBytes(seed: UInt64) {
        var random = SystemlessRandom(seed)
        var bytes = [5, UInt8(random.next() % 3), UInt8(random.next() % 3), 0] + reply
        for _ in 0..<4 { bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() & 0xFF) }
        let (actions, left) = feed(bytes, offersPassword: seed % 2 == 0, pieces: Int(random.next() % 5) + 1)
        #expect(actions.count <= 3)
        #expect(left.count <= bytes.count)
    }

    @Test("messages are what RFC 1928 and 1929 say; names go as they are")
    func messages() {
        let credentials = UpstreamCredentials(user: Array("me".utf8), password: Array("pw!".utf8))
        let name = SOCKS5Request(host: Array("a.example".utf8), port: 443, credentials: credentials)
        #expect(name.bytes(of: .greeting) == [5, 2, 0, 2])
        #expect(name.bytes(of: .authentication) == [1, 2] + Array("me".utf8) + [3] + Array("pw!".utf8))
        #expect(name.bytes(of: .request) == [5, 1, 0, 3, 9] + Array("a.example".utf8) + [1, 0xBB])
        let four = SOCKS5Request(host: Array("192.0.2.1".utf8), port: 80, credentials: nil)
        #expect(four.bytes(of: .greeting) == [5, 1, 0])
        #expect(four.bytes(of: .request) == [5, 1, 0, 1, 192, 0, 2, 1, 0, 80])
        let six = SOCKS5Request(host: Array("::1".utf8), port: 80, credentials: nil)
        #expect(six.bytes(of: .request) == [5, 1, 0, 4] + [UInt8](repeating: 0, count: 15) + [1, 0, 80])
        let long = [UInt8](repeating: 120, count: 255)
        let longest = SOCKS5Request(
            host: long, port: 1, credentials: UpstreamCredentials(user: long, password: long))
        #expect(longest.bytes(of: .authentication).count == SOCKS5Request.maximumBytes)
    }
}
