import CLinux
import Glibc

/// The listeners that share one address and port (`SO_REUSEPORT`): those of this proxy, and while one takes over from
/// another those of both.
///
/// A listener's socket that is closed resets the connections that wait in its queue, and the system goes on giving it
/// new ones until that moment. So the proxy that comes has all new connections steered to itself as soon as it listens;
/// the one that goes takes what is left in its queues and closes them empty.
enum ListenerGroup {
    /// Listeners that one proxy opens at most.
    static let maximumListeners = 256

    /// Sockets that listen on exactly this address and port, by the system's own table; 0 where it shows none.
    static func count(on address: IPAddress, port: UInt16) -> Int {
        guard let file = fopen(address.isIPv6 ? "/proc/net/tcp6" : "/proc/net/tcp", "re") else { return 0 }
        defer { fclose(file) }
        let wanted = Array(entry(address, port: port).utf8)
        var line = [CChar](repeating: 0, count: 512)
        var count = 0
        // The first line is a heading. Listeners stand before all connections, of which there may be very many.
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        while fgets(&line, Int32(line.count), file) != nil {
            let words = line.prefix { $0 != 0 }.split(separator: CChar(32), omittingEmptySubsequences: true)
            guard words.count > 3, words[3].elementsEqual([48, 65]) else { break }
            if words[1].lazy.map({ UInt8(bitPattern: $0) }).elementsEqual(wanted) { count += 1 }
        }
        return count
    }

    /// Address and port as proc(5) has them: words of 32 bits in the machine's order, in hexadecimal.
    private static func entry(_ address: IPAddress, port: UInt16) -> String {
        var text = ""
        for start in stride(from: 0, to: address.isIPv6 ? 16 : 4, by: 4) {
            var word: UInt32 = 0
            withUnsafeMutableBytes(of: &word) { bytes in
                for place in 0..<4 { bytes[place] = address.bytes[start + place] }
            }
            text += hexadecimal(word, digits: 8)
        }
        return text + ":" + hexadecimal(UInt32(port), digits: 4)
    }

    private static func hexadecimal(_ number: UInt32, digits: Int) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// How many listeners to open for so many loops, behind `existing` ones of the proxy before: at least as many.
    static func listenersNeeded(loops: Int, existing: Int) -> Int { max(loops, min(existing, maximumListeners)) }

    /// Steers new connections to `own`, listeners that joined the group behind `existing` others: to the one with the
    /// number `own.count` in the group.
    ///
    /// That is one of `own` as long as any of the others is open, because there are at least as many of `own`, and the
    /// system fills the place of a listener that is closed with the last one. When the others are gone the number is
    /// too large, and connections are spread over all again. `false` where it cannot be done.
    static func steer(to own: [Int32], behind existing: Int) -> Bool {
        guard let listener = own.first, existing > 0, own.count >= existing else { return false }
        return clinux_steer_connections(listener, UInt32(own.count)) == 0
    }
}
