import Foundation

/// A message as plain e-mail (RFC 5322), ready for SMTP's DATA but for the doubling of leading full stops (RFC 5321,
/// section 4.5.2). All lines end with CRLF and are ASCII; only an address makes one longer than 78 characters.
public enum MailMessage {
    /// Longest address; RFC 5321 has 254.
    public static let maximumAddress = 254

    /// `nil` where an address is none that we write: `local@domain` in ASCII without spaces, quotes or control
    /// characters.
    ///
    /// - Parameter host: of `Message-ID`; a name without what an address cannot have.
    public static func bytes(
        _ message: AlertMessage, from sender: String, to recipients: [String], host: String
    ) -> [UInt8]? {
        guard isAddress(sender), !recipients.isEmpty, recipients.allSatisfy(isAddress), isAddress("x@\(host)") else {
            return nil
        }
        let text = MessageText(message)
        var lines = [
            "Date: \(date(message.at))", "From: Venus <\(sender)>", "Message-ID: <\(message.id)@\(host)>",
            // The same for all of one fault, so that they are shown as one conversation.
            "References: <\(message.fault)@\(host)>", "In-Reply-To: <\(message.fault)@\(host)>",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",
        ]
        lines.insert(contentsOf: ["To: " + recipients.joined(separator: ",\r\n ")], at: 2)
        lines.insert("Subject: " + encodedWords(text.headline), at: 3)
        var body = text.text
        if let link = message.link.flatMap({ WebLink.checked($0) }) { body += "\n\n\(link)" }
        let content = Data(Array((body + "\n").replacingOccurrences(of: "\n", with: "\r\n").utf8))
        let encoded = Array(content.base64EncodedString().utf8)
        let wrapped = stride(from: 0, to: encoded.count, by: 76).map {
            String(decoding: encoded[$0..<min($0 + 76, encoded.count)], as: UTF8.self)
        }
        return Array((lines + [""] + wrapped).map { $0 + "\r\n" }.joined().utf8)
    }

    /// Whether mail can be sent to this address.
    public static func isWritable(_ address: String) -> Bool { isAddress(address) }

    static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= maximumAddress, parts.allSatisfy({ !$0.isEmpty }) else {
            return false
        }
        return text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && ![UInt8]("\"(),:;<>[\\]".utf8).contains($0) }
    }

    /// Encoded words (RFC 2047) of at most 75 characters, each of whole letters, folded.
    static func encodedWords(_ text: String) -> String {
        // 45 bytes make 60 characters of base64, and the frame 12 more.
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if words[words.count - 1].count + bytes.count > 39 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    /// `Sun, 06 Nov 1994 08:49:37 +0000`
    static func date(_ second: Int64) -> String {
        let time = Figure.time(second)
        let clamped = min(max(second, -62_135_596_800), 253_402_300_799)
        let days = clamped >= 0 ? clamped / 86_400 : (clamped - 86_399) / 86_400
        // The epoch was a Thursday.
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(((days % 7) + 7) % 7)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = time.split(separator: "T")[0].split(separator: "-")
        let month = months[(Int(parts[1]) ?? 1) - 1]
        return "\(weekday), \(parts[2]) \(month) \(parts[0]) \(time.dropFirst(11).dropLast()) +0000"
    }
}
