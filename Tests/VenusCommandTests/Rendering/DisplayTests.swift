import Testing
import venus

@Suite("Figures in the terminal")
struct DisplayTests {
    @Test(
        "what an alert measures has its unit, and a limit is not rounded to another one",
        arguments: [
            (0.95, "availability", "95 %"), (0.9995, "availability", "99.95 %"), (1, "error_rate", "100 %"),
            (388, "response_time_p95_ms", "388 ms"), (12.5, "ttfb_p95_ms", "12.5 ms"),
            (14.4, "burn_rate", "14.4×"), (12.5, "calls_per_minute", "12.5/min"),
            (0.9, "host:system.cpu.utilization", "90 %"), (0.25, "host:system.linux.pressure", "25 %"),
            (1.5, "host:process.cpu.utilization", "1.5"), (1_610_612_736, "host:system.memory.usage", "1.5 GiB"),
            (2_560, "host:system.network.io", "2.5 KiB/s"), (14.4, "host:system.cpu.load_average.1m", "14.4"),
            (nil, "availability", "–"),
        ] as [(Double?, String, String)])
    func measures(value: Double?, metric: String, text: String) {
        #expect(Display.measure(value, of: metric) == text)
    }
}
