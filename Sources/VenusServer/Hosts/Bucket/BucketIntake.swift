package import Logging
import VenusAnalysis
import VenusCore
package import VenusStore

/// Takes the readings that agents have put into a bucket: each host's in the order of their numbers, each once, as the
/// store knows by producer and number whatever is read again.
///
/// What is wrong with one object is of no concern to others, and what is wrong with one host's folder of none to other
/// hosts.
package actor BucketIntake {
    /// What one look into the bucket came to.
    package struct Outcome: Sendable, Equatable {
        /// Objects that were read, or refused unread.
        package var looked = 0
        /// Objects with readings that were new.
        package var taken = 0
        package var refused = 0
        /// Readings that were new.
        package var readings = 0
        /// Why not all could be read.
        package var failure: String?

        package init() {}
    }

    /// Pages of a folder in one look; the next goes on from there.
    private static let pagesAtOnce = 5
    private static let foldersAtOnce = 8
    /// Pages of folders in one look.
    private static let pagesOfFolders = 100
    /// Objects older than this are refused: which numbers were taken is not known for ever.
    private static let longestWait: Int64 = 90 * 86_400
    /// Refused objects that one look names in the log.
    private static let refusalsNamed = 20

    private let bucket: BucketAddress
    private let objects: any ReadingsObjects
    private let store: any HostStore
    private let removes: Bool
    /// What a host's agent may be silent for longer, in milliseconds, as nobody looks at once.
    private let interval: Int64
    private let logger: Logger
    /// Milliseconds since the epoch.
    private let now: @Sendable () -> Int64

    private var folders: [String: ReadingsFolder] = [:]
    private var stored: [String: String] = [:]
    package private(set) var state: ReadingsBucket
    private var outcome = Outcome()
    private var isLoaded = false
    private var hasNamedStrangers = false

    /// - Parameter removes: whether what was taken is removed.
    package init(
        _ bucket: BucketAddress, objects: any ReadingsObjects, store: any HostStore, removes: Bool,
        interval: Duration, logger: Logger, now: @escaping @Sendable () -> Int64
    ) {
        self.bucket = bucket
        self.objects = objects
        self.store = store
        self.removes = removes
        self.interval = interval.milliseconds
        self.logger = logger
        self.now = now
        state = ReadingsBucket(name: bucket.description)
    }

    /// Forgets what is known of the bucket; it is read from the store again.
    package func forget() {
        isLoaded = false
        folders = [:]
    }

    /// Looks once into the bucket, and takes what is there.
    ///
    /// - Parameters:
    ///   - lease: ours, under which places are written.
    ///   - fromStart: whether kept objects are read again that were read before.
    ///   - isOurs: asked before each object whether to go on.
    /// - Throws: ``StoreError``.
    package func look(
        under lease: Lease, fromStart: Bool = false, isOurs: @escaping @Sendable () async throws -> Bool = { true }
    ) async throws -> Outcome {
        outcome = Outcome()
        try await load()
        do throws(S3Failure) {
            let hosts = try await hosts()
            await take(of: hosts, fromStart, isOurs)
        } catch { outcome.failure = "\(error)" }
        // What was broken off by our own end is no failure, and is done again.
        try Task.checkCancellation()
        try await save(under: lease)
        // Whoever may write into the bucket makes folders as he likes.
        if folders.count > 2 * KnownHost.maximumCount, !fromStart { forget() }
        return outcome
    }

    private func load() async throws {
        guard !isLoaded else { return }
        let name = bucket.description
        stored = try await store.readingsPlaces(in: name)
        folders = [:]
        state = try await store.readingsBuckets().first { $0.name == name } ?? ReadingsBucket(name: name)
        isLoaded = true
    }

    private func save(under lease: Lease) async throws {
        let now = now()
        state.checkedAt = now
        state.taken += UInt64(outcome.taken)
        state.refused += UInt64(outcome.refused)
        state.failure = outcome.failure ?? ""
        state.failedSince = outcome.failure == nil ? 0 : state.failedSince > 0 ? state.failedSince : now
        var moved: [String: String] = [:]
        for (host, folder) in folders where !folder.place.isEmpty {
            // Read from the start again, it is not to be read so once more.
            if let known = stored[host], !known.utf8.lexicographicallyPrecedes(folder.place.utf8) { continue }
            moved[host] = folder.place
        }
        try await store.commit(state, places: moved, now: now, under: lease)
        stored.merge(moved) { $1 }
    }

    /// Those that have a folder.
    private func hosts() async throws(S3Failure) -> [String] {
        var hosts: [String] = []
        var strangers: String?
        var page: String?
        for _ in 0..<Self.pagesOfFolders {
            let listing = try await objects.list(bucket.folder, after: "", page: page, inFolders: true)
            for folder in listing.folders {
                let name = String(folder.dropFirst(bucket.folder.count).dropLast())
                if folder == "\(bucket.folder)\(name)/", KnownHost.isName(name) {
                    hosts.append(name)
                } else {
                    strangers = folder
                }
            }
            page = listing.next
            if page == nil || hosts.count >= KnownHost.maximumCount { break }
        }
        if let strangers, !hasNamedStrangers {
            hasNamedStrangers = true
            logger.warning(
                "there are folders in the bucket that no host can have",
                metadata: ["bucket": "\(bucket)", "folder": "\(strangers.prefix(100))"])
        }
        // Another one first each time, so that those behind are read however little time there is.
        hosts.shuffle()
        return hosts
    }

    private func take(
        of hosts: [String], _ fromStart: Bool, _ isOurs: @escaping @Sendable () async throws -> Bool
    ) async {
        await withDiscardingTaskGroup { group in
            let (places, free) = AsyncStream.makeStream(of: Void.self)
            for _ in 0..<Self.foldersAtOnce { free.yield() }
            var iterator = places.makeAsyncIterator()
            for host in hosts {
                await iterator.next()
                group.addTask {
                    await self.take(of: host, fromStart, isOurs)
                    free.yield()
                }
            }
        }
    }

    private func take(of host: String, _ fromStart: Bool, _ isOurs: @Sendable () async throws -> Bool) async {
        do {
            let prefix = "\(bucket.folder)\(host)/"
            var folder = folders[host] ?? ReadingsFolder(place: fromStart ? "" : stored[host] ?? "")
            let after = folder.place.isEmpty ? "" : prefix + folder.place
            var page: String?
            for _ in 0..<Self.pagesAtOnce {
                let listing = try await objects.list(prefix, after: after, page: page, inFolders: false)
                let found = Dictionary(
                    // No name of ours has control characters, and no store takes them all.
                    listing.objects.filter { $0.key.hasPrefix(prefix) && $0.key.utf8.allSatisfy { $0 >= 0x20 } }.map {
                        (String($0.key.dropFirst(prefix.count)), $0)
                    },
                    uniquingKeysWith: { $1 })
                let names = Array(found.keys)
                defer { folders[host] = folder }
                var failure: (any Error)?
                for name in folder.pending(names, now: now() / 1_000) {
                    guard try await isOurs() else { return }
                    guard let object = found[name.text] else { continue }
                    outcome.looked += 1
                    do { folder.finish(name, isTaken: try await take(name, object, of: host)) } catch {
                        failure = error
                        break
                    }
                }
                if removes { await remove(names.filter { folder.isTaken($0) }, in: prefix) }
                folder.settle(names, now: now() / 1_000)
                if let failure { throw failure }
                page = listing.next
                if page == nil { return }
            }
        } catch {
            note("\(error)")
        }
    }

    /// - Returns: whether it was taken, now or before; not, where it was refused.
    private func take(
        _ name: ReadingsObjectName, _ object: S3Listing.Object, of host: String
    ) async throws -> Bool {
        let now = now()
        guard name.second >= now / 1_000 - Self.longestWait else {
            return refuse(object, "it is older than \(Self.longestWait / 86_400) days")
        }
        guard object.bytes <= ReadingsObject.maximumBytes else {
            return refuse(object, "\(ReadingsObject.Fault.tooLarge(ReadingsObject.maximumBytes))")
        }
        let content: ReadingsObject
        do {
            let bytes = try await objects.get(object.key, maximumBytes: ReadingsObject.maximumBytes)
            content = try ReadingsObject(bytes, inFolderOf: host)
        } catch let failure as S3Failure {
            // Somebody has removed it.
            if failure.isMissing { return true }
            guard failure.isOfObject else { throw failure }
            return refuse(object, "\(failure)")
        } catch let fault as ReadingsObject.Fault {
            return refuse(object, "\(fault)")
        }
        var batch = content.batch
        batch.publishEvery = min(86_400_000, batch.publishEvery + interval)
        let written = min(now, object.modified ?? name.second * 1_000)
        guard
            let receipt = try await store.addReadings(batch, of: host, keyID: "", now: now, heardAt: written)
        else {
            throw StoreError(.refused, "there are \(KnownHost.maximumCount) hosts, which is the most")
        }
        // The rest of what there is was taken before.
        if receipt.known < batch.readings.count { outcome.taken += 1 }
        outcome.readings += receipt.taken
        return true
    }

    private func refuse(_ object: S3Listing.Object, _ reason: String) -> Bool {
        outcome.refused += 1
        state.lastRefusal = ReadingsBucket.Refusal(object: object.key, reason: reason, at: now())
        if outcome.refused <= Self.refusalsNamed {
            logger.warning(
                "an object in the bucket is left where it is: \(reason)",
                metadata: ["bucket": "\(bucket)", "object": "\(object.key)"])
        }
        return false
    }

    /// What cannot be removed now is tried again, as long as it is in mind that it was taken.
    private func remove(_ names: [String], in prefix: String) async {
        for name in names {
            do { try await objects.remove(prefix + name) } catch {
                return note("what was taken cannot be removed: \(error)")
            }
        }
    }

    private func note(_ failure: String) { outcome.failure = outcome.failure ?? failure }
}
