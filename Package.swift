// swift-tools-version: 6.2
import PackageDescription

var settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// Continuous integration builds with VENUS_STRICT=1: a warning in our own targets is an error there,
// while a newer compiler's new warning does not stop a person who only wants to run Venus.
if Context.environment["VENUS_STRICT"] == "1" {
    settings.append(.treatAllWarnings(as: .error))
}

extension Target.Dependency {
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let cryptoExtras = product(name: "CryptoExtras", package: "swift-crypto")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let nioTLS = product(name: "NIOTLS", package: "swift-nio")
    static let nioWebSocket = product(name: "NIOWebSocket", package: "swift-nio")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioHTTPTypesHTTP1 = product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let yams = product(name: "Yams", package: "Yams")
}

// Tests run once after they were built: optimizing them would take longer than they run.
let testSettings = settings + [.unsafeFlags(["-Onone"])]

let package = Package(
    name: "venus",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "venus", targets: ["venus"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // System libraries, each imported by one target only.
        .target(name: "CLinux"),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CNGHTTP2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CPostgres", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

        // The house, in the order in which data walks through it.
        .target(name: "VenusCore", swiftSettings: settings),
        .target(
            name: "VenusCallLog",
            dependencies: ["VenusCore", "CHiredis", .grdb, .logging, .nioCore, .nioPosix, .nioSSL, .nioTLS],
            swiftSettings: settings
        ),
        .target(
            name: "VenusProxy",
            dependencies: ["VenusCore", "VenusCallLog", "CLinux", "CNGHTTP2", "COpenSSL", .crypto, .logging],
            swiftSettings: settings
        ),
        .target(
            name: "VenusStore",
            dependencies: ["VenusCore", "CPostgres", .grdb, .logging],
            swiftSettings: settings
        ),
        .target(
            name: "VenusAnalysis",
            dependencies: ["CLinux", "VenusCore", "VenusCallLog", "VenusStore", .logging, .serviceLifecycle],
            swiftSettings: settings
        ),
        .target(name: "VenusAlerts", dependencies: ["VenusCore", .crypto], swiftSettings: settings),
        .target(
            name: "VenusServer",
            dependencies: [
                "VenusCore", "VenusStore", "VenusAnalysis", "VenusAlerts", "CZlib",
                .crypto, .cryptoExtras, .httpTypes, .hummingbird, .logging, .nioCore, .nioHTTP1, .nioHTTPTypes,
                .nioHTTPTypesHTTP1, .nioPosix, .nioSSL, .nioWebSocket, .serviceLifecycle,
            ],
            // Served from where it is installed, never compiled.
            exclude: ["Dashboard/web"],
            swiftSettings: settings
        ),
        .target(name: "VenusHost", dependencies: ["VenusCore"], swiftSettings: settings),
        .executableTarget(
            name: "venus",
            dependencies: [
                "VenusCore", "VenusCallLog", "VenusProxy", "VenusStore", "VenusAnalysis", "VenusAlerts", "VenusServer",
                "VenusHost", .argumentParser, .configuration, .httpTypes, .hummingbird, .logging, .nioCore, .nioHTTP1,
                .serviceLifecycle, .unixSignals, .yams,
            ],
            swiftSettings: settings
        ),

        // Tests: the same tree.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .target(name: "CAllocations", path: "Tests/Allocations/ThisThread"),
        .testTarget(
            name: "VenusCoreTests", dependencies: ["VenusCore", "TestSupport"], swiftSettings: testSettings),
        .testTarget(
            name: "VenusCallLogTests",
            dependencies: ["VenusCore", "VenusCallLog", "TestSupport", .logging, .nioCore, .nioPosix],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "VenusProxyTests",
            dependencies: ["VenusCore", "VenusCallLog", "VenusProxy", "TestSupport", .logging],
            exclude: ["Corpus"],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "VenusStoreTests",
            dependencies: ["VenusCore", "VenusStore", "TestSupport", .logging],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "VenusAnalysisTests",
            dependencies: [
                "CAllocations", "VenusCore", "VenusCallLog", "VenusStore", "VenusAnalysis", "TestSupport", .logging,
                .serviceLifecycle,
            ],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "VenusAlertsTests", dependencies: ["VenusCore", "VenusAlerts", "TestSupport"],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "VenusHostTests", dependencies: ["VenusCore", "VenusHost", "VenusStore", "TestSupport", .logging],
            exclude: ["Kernels"], swiftSettings: testSettings
        ),
        .testTarget(
            name: "VenusServerTests",
            dependencies: [
                "VenusCore", "VenusStore", "VenusAnalysis", "VenusAlerts", "VenusServer", "TestSupport", .httpTypes,
                .logging, .nioCore, .nioEmbedded, .nioHTTP1, .nioWebSocket, .serviceLifecycle,
            ],
            exclude: ["Auth/GitHub/github.py", "Outbound/proxy.py"],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "VenusCommandTests",
            dependencies: ["venus", "VenusCore", "VenusHost", "VenusProxy", "VenusServer", "TestSupport", .logging],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "BlackBox", dependencies: ["TestSupport", "VenusCore", "VenusHost"], path: "Tests/BlackBox",
            exclude: [
                "API/Schemathesis", "Alerts/mailserver.py", "Alerts/receiver.py", "Alerts/service.py",
                "Alerts/watch.py", "Hosts/Bucket", "Interception/Clients", "Live/client.py", "TLS/client.py",
            ],
            swiftSettings: testSettings
        ),
    ]
)

// The sanitizers' builds (`make sanitize`) leave out what stands behind the call log: it is most of a build's time.
if Context.environment["VENUS_PART"] == "proxy" {
    package.products = []
    package.targets.removeAll { target in
        let isPart = ["CLinux", "CHiredis", "CNGHTTP2", "COpenSSL", "TestSupport"].contains(target.name)
        return !isPart && !["VenusCore", "VenusCallLog", "VenusProxy"].contains { target.name.hasPrefix($0) }
    }
    // ThreadSanitizer's pass in Swift 6.3 makes a bitcast of an integer to a pointer of it somewhere in VenusProxy: the
    // verifier refuses that, the code generator takes it for what it is.
    for target in package.targets where target.name == "VenusProxy" {
        target.swiftSettings?.append(.unsafeFlags(["-Xfrontend", "-disable-llvm-verify"]))
    }
}

// `make bench-analysis` builds one program more, and nothing of what does not stand behind it.
if Context.environment["VENUS_PART"] == "analysis" {
    package.products = []
    package.targets.removeAll { target in
        let isPart = ["CAllocations", "CLinux", "CHiredis", "CPostgres", "TestSupport"].contains(target.name)
        return !isPart
            && !["VenusCore", "VenusCallLog", "VenusStore", "VenusAnalysis"].contains { target.name.hasPrefix($0) }
    }
    package.targets.append(
        .executableTarget(
            name: "AnalysisBenchmark",
            dependencies: ["CLinux", "VenusCore", "VenusCallLog", "VenusStore", "VenusAnalysis", .logging],
            path: "Benchmarks/analysis", exclude: ["run", "peers.py"], swiftSettings: settings))
}
