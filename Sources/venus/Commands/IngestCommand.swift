import ArgumentParser
import Foundation
import VenusAnalysis
import VenusServer
import VenusStore

/// `venus ingest s3://…`: takes hosts' readings out of a bucket, once.
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Takes the readings that agents have put into a bucket, and ends.",
        discussion: """
            What `venus up` and `venus serve` do each minute where hosts.bucket names the bucket. Each reading is taken once, \
            whoever read it before. What was taken is removed, or kept, as hosts.bucket_objects says.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var store: StoreOptions

    @Argument(help: ArgumentHelp("s3://BUCKET or s3://BUCKET/PREFIX. (default: hosts.bucket)", valueName: "bucket"))
    var bucket: String?

    @Flag(help: "Look at kept objects again that were read before.")
    var all = false

    private static let leaseDuration: Duration = .seconds(60)

    func run() async throws {
        var flags = store.flags
        flags["hosts.bucket"] = bucket
        let configuration = try common.load(flags)
        guard let source = try configuration.hostsBucket() else {
            throw CommandFailure("which bucket? Name it: venus ingest s3://BUCKET/PREFIX, or set hosts.bucket")
        }
        let logger = configuration.startLogging("ingest")
        let data = try DataDirectory(configuration.data)
        // The embedded store is one process's; a database is everybody's.
        let lock = configuration.store.url == nil ? try data.lock() : nil
        defer { withExtendedLifetime(lock) {} }
        let opened = try await configuration.openStore(data, logger: logger)
        let outcome: BucketIntake.Outcome
        do {
            outcome = try await Self.take(source, into: opened, fromStart: all) {
                BucketIntake(
                    source.bucket, objects: S3Client(source.bucket, configuration: source.storage, now: $0),
                    store: opened, removes: source.objects == .delete, interval: source.interval, logger: logger,
                    now: $0)
            }
        } catch {
            await opened.close()
            throw (error as? StoreError).map { CommandFailure($0.message) } ?? error
        }
        await opened.close()
        printLine(
            "\(source.bucket): took \(outcome.readings) readings in \(outcome.taken) objects"
                + (outcome.refused > 0 ? ", left \(outcome.refused) objects that are at fault" : ""))
        if let failure = outcome.failure { throw CommandFailure(failure) }
    }

    private static func take(
        _ source: HostsBucketConfiguration, into store: any ServerStore, fromStart: Bool,
        intake: (@escaping @Sendable () -> Int64) -> BucketIntake
    ) async throws -> BucketIntake.Outcome {
        let owner = UUID().uuidString
        let name = Lease.readings(in: source.bucket.description)
        let hold: @Sendable () async throws -> Lease? = {
            try await store.acquireLease(name, owner: owner, duration: leaseDuration)
        }
        guard let lease = try await hold() else {
            throw CommandFailure("somebody reads \(source.bucket) already, such as a server with hosts.bucket")
        }
        do {
            let total = try await takeAll(
                intake { Int64(Date().timeIntervalSince1970 * 1_000) }, fromStart: fromStart, under: lease, hold: hold)
            try await store.releaseLease(lease)
            return total
        } catch {
            // Whoever tries again need not wait until it has run out.
            try? await store.releaseLease(lease)
            throw error
        }
    }

    private static func takeAll(
        _ intake: BucketIntake, fromStart: Bool, under lease: Lease, hold: @escaping @Sendable () async throws -> Lease?
    ) async throws -> BucketIntake.Outcome {
        var total = BucketIntake.Outcome()
        // A look ends after some pages of each folder; the next finds nothing new once all is read.
        while true {
            let outcome = try await intake.look(under: lease, fromStart: fromStart) {
                try await hold()?.epoch == lease.epoch
            }
            total.taken += outcome.taken
            total.refused += outcome.refused
            total.readings += outcome.readings
            total.failure = outcome.failure
            if outcome.failure != nil || outcome.looked == 0 { return total }
        }
    }
}
