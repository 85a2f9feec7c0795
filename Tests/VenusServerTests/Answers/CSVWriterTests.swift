import Testing
import VenusServer

@Suite("Comma-separated values")
struct CSVWriterTests {
    private func row(_ cells: [String?]) -> String {
        var writer = CSVWriter()
        for cell in cells { writer.cell(cell) }
        writer.endRow()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("cells are quoted where they must be, and rows end with CRLF")
    func quotes() {
        #expect(row(["a", nil, "", "b c"]) == "a,,,b c\r\n")
        #expect(row(["a,b", "say \"x\"", "two\nlines"]) == "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n")
    }

    @Test(
        "a name is no formula of a spreadsheet",
        arguments: ["=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\tx", "\r=x", "\n=x", "|x", "%x"])
    func formulas(name: String) {
        #expect(row([name]).hasPrefix("\"'"))
    }

    @Test("numbers are never text, negative ones neither")
    func numbers() {
        var writer = CSVWriter()
        for number in [-1.5, 3, nil, .nan, 0.1] as [Double?] { writer.cell(number) }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "-1.5,3,,,0.1")
    }
}
