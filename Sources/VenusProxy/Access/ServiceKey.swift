/// One line of a keys file: that whoever has the key is the service.
package struct ServiceKey: Sendable, Hashable {
    /// Characters of a digest that name its key for people.
    package static let idLength = 12

    package var service: String
    package var digest: KeyDigest
    /// What people wrote behind it.
    package var note: String
    /// Its line in the file, from 1.
    package var line: Int

    package init(service: String, digest: KeyDigest, note: String = "", line: Int = 0) {
        self.service = service
        self.digest = digest
        self.note = note
        self.line = line
    }

    /// Names the key for people; tells nothing of it.
    package var id: String { String(digest.hexadecimal.prefix(Self.idLength)) }

    /// As a line of a keys file, without its end.
    package var text: String { "\(service) sha256:\(digest.hexadecimal)" + (note.isEmpty ? "" : " \(note)") }

    /// What a new key begins with, so that scanners for secrets know one.
    package static let keyPrefix = "vpk_"

    /// A new key: 256 random bits in base64url (RFC 4648, section 5), which no URL and no shell has to escape.
    package static func random(using generator: inout some RandomNumberGenerator) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        // 43 characters of six bits hold 258: the last has two that are always zero.
        var characters = (0..<42).map { _ in alphabet[Int.random(in: 0..<64, using: &generator)] }
        characters.append(alphabet[Int.random(in: 0..<16, using: &generator) << 2])
        return keyPrefix + String(decoding: characters, as: UTF8.self)
    }

    /// What is wrong with a service's name in a keys file; `nil` if nothing is. A user name in credentials has no colon
    /// (RFC 7617, section 2), and white space ends the name in the file.
    package static func fault(inName name: some StringProtocol) -> String? {
        if name.isEmpty || name.utf8.count > maximumNameBytes { return "a name has 1 to \(maximumNameBytes) bytes" }
        if name.hasPrefix("#") { return "a name does not begin with #" }
        for scalar in name.unicodeScalars {
            if scalar == ":" { return "a name has no colon" }
            if scalar.properties.isWhitespace || scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                return "a name has no white space and no control characters"
            }
        }
        return nil
    }

    package static let maximumNameBytes = 255
}
