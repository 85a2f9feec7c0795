import Testing
import venus

@Suite("Figures in the terminal")
struct DisplayTests {
    @Test(
        "what an alert measures has its unit, and a limit is not rounded to another one",
        arguments: [
            (0.95, "availability", "95.00 %"), (1, "error_rate", "100 %"), (388, "response_time_p95_ms", "388 ms"),
            (0.9, "host:system.cpu.utilization", "90.00 %"), (0.25, "host:system.linux.pressure", "25.00 %"),
            (1.5, "host:process.cpu.utilization", "1.5"), (14.4, "burn_rate", "14"), (nil, "availability", "–"),
        ] as [(Double?, String, String)])
    func measures(value: Double?, metric: String, text: String) {
        #expect(Display.measure(value, of: metric) == text)
    }
}
