import Testing
import VenusCore
import venus

@Suite("The configuration of how long history is kept")
struct RetentionTests {
    private func load(_ variables: [String: String]) throws -> VenusConfiguration {
        try VenusConfiguration.load(environment: variables.merging(["HOME": "/tmp"]) { $1 })
    }

    @Test("each tier is kept for its default, or for longer")
    func tiers() throws {
        #expect(try load([:]).store.retention == Retention())
        let longer = try load(["VENUS_STORE_KEEP_1M": "48h", "VENUS_STORE_KEEP_1D": "366d"]).store.retention
        #expect(longer[.minute] == 172_800 && longer[.day] == 366 * 86_400)
        #expect(longer[.quarterHour] == Tier.quarterHour.defaultRetention)
    }

    @Test(
        "not for less than is read from it, nor for longer than what is made from it",
        arguments: [
            ["VENUS_STORE_KEEP_1M": "25h"], ["VENUS_STORE_KEEP_15M": "81d"], ["VENUS_STORE_KEEP_1D": "365d"],
            ["VENUS_STORE_KEEP_1M": "9d"], ["VENUS_STORE_KEEP_2H": "100d"], ["VENUS_STORE_KEEP_8H": "a year"],
        ])
    func refused(variables: [String: String]) throws {
        let error = try #require(throws: ConfigurationErrors.self) { try load(variables) }
        let name = try #require(variables.keys.first)
        #expect("\(error)".contains(name), "\(error)")
    }
}
