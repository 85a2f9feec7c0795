/// The escapes of the `operations` field: `\\`, `\t`, `\n`, `\r`, and `\xHH` for every other byte that is not printable
/// ASCII. So a line is always one line of text, whatever its bytes.
public enum TextEscape {
    /// Appends `bytes`, escaped.
    public static func append(_ bytes: some Sequence<UInt8>, to output: inout [UInt8]) {
        let backslash = UInt8(ascii: "\\")
        for byte in bytes {
            switch byte {
            case backslash: output += [backslash, backslash]
            case UInt8(ascii: "\t"): output += [backslash, UInt8(ascii: "t")]
            case UInt8(ascii: "\n"): output += [backslash, UInt8(ascii: "n")]
            case UInt8(ascii: "\r"): output += [backslash, UInt8(ascii: "r")]
            case 0x20...0x7E: output.append(byte)
            default:
                output += [
                    backslash, UInt8(ascii: "x"), DigitWriter.hexadecimal(byte >> 4), DigitWriter.hexadecimal(byte),
                ]
            }
        }
    }

    /// The bytes that `text` stands for; `nil` where it holds something that ``append(_:to:)`` never writes.
    static func unescape(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var position = text.startIndex
        while position < text.endIndex {
            let byte = text[position]
            position += 1
            guard byte == UInt8(ascii: "\\") else {
                guard (0x20...0x7E).contains(byte) else { return nil }
                output.append(byte)
                continue
            }
            guard position < text.endIndex else { return nil }
            let kind = text[position]
            position += 1
            switch kind {
            case UInt8(ascii: "\\"): output.append(kind)
            case UInt8(ascii: "t"): output.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "n"): output.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "r"): output.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "x"):
                guard text.endIndex - position >= 2, let high = hexadecimalValue(text[position]),
                    let low = hexadecimalValue(text[position + 1])
                else { return nil }
                output.append(high << 4 | low)
                position += 2
            default: return nil
            }
        }
        return output
    }

    private static func hexadecimalValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
