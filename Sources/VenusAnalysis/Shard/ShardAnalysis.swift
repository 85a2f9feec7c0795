package import VenusCallLog
package import VenusCore
package import VenusStore

/// The analysis of one shard, without I/O: entries of the call log go in, and commits and frames come out. Time is an
/// input, in milliseconds of the wall clock.
///
/// What it holds is what its commits say, from the state it began with: after a commit that did not certainly happen it
/// is thrown away and made anew from the store (``init(recovering:shards:bounds:budget:now:)``).
package struct ShardAnalysis: Sendable {
    /// A minute closes this long after its end.
    package static let closeDelaySeconds: Int64 = 5
    private static let choiceIntervalSeconds: Int64 = 10

    /// What became of an entry.
    package enum Consumption: Sendable, Hashable {
        case taken
        /// Not readable by this version: neither it nor what follows is taken.
        case waits(version: UInt64)
    }

    package let shard: Int
    package let shards: Int
    /// Id of the last entry that was taken.
    package private(set) var cursor: EntryID
    package private(set) var openSince: Int64
    /// Since when the windows are complete, in seconds.
    package private(set) var coveredSince: Int64
    package private(set) var lostCalls: RecentLosses

    /// Whether the log holds entries that are not yet read: then no window is complete.
    package var hasBacklog = false

    private var committedCursor: EntryID
    private var ledger: ProducerLedger
    private var keys: KeyTable
    private var routes: RouteTable
    private var columns = CallColumns()
    private var step = StepCells()
    private var minutes = MinuteRows()
    private var windows: WindowTable
    private var methods: MethodWindows
    private var instances: InstanceWindows
    private var quarantined: [QuarantinedEntry] = []
    private var keysOfBlock: [Int32] = []
    private var sampler = CallSampler()
    private var nextChoice: Int64 = 0
    private let maximumFeedOperations: Int

    /// Begins where the store says that its predecessor ended.
    ///
    /// - Parameter maximumFeedOperations: of so many operations, the busiest, the windows' histograms are at hand, for
    ///   ``frame(epoch:at:)``; of others they are made when asked for.
    package init(
        recovering stored: StoredShard, shards: Int, bounds: KeyTable.Bounds = KeyTable.Bounds(),
        budget: KeyBudget = KeyBudget(), maximumInstances: Int = 5_000, maximumFeedOperations: Int = 2_000, now: Int64
    ) {
        let nowSeconds = now / 1_000
        shard = stored.shard
        self.shards = shards
        cursor = stored.cursor
        committedCursor = cursor
        openSince = stored.state.openSince
        ledger = ProducerLedger(shard: shard, marks: stored.state.producers)
        keys = KeyTable(bounds: bounds, budget: budget)
        methods = MethodWindows(maximum: bounds.methods, budget: budget)
        self.maximumFeedOperations = maximumFeedOperations
        routes = RouteTable(stored.state.routes, now: now)
        windows = WindowTable(now: nowSeconds)
        instances = InstanceWindows(
            recovering: stored.instanceCells, coveredSince: stored.isNew ? nowSeconds : stored.instancesSince,
            limit: maximumInstances, now: nowSeconds)
        lostCalls = RecentLosses(stored.losses)
        coveredSince = stored.isNew ? nowSeconds : nowSeconds - Window.hour1.seconds
        for cell in stored.cells {
            let isOpen = cell.second >= openSince
            if isOpen { minutes.add(cell) }
            enter(cell.totals, keys.number(of: cell.key), at: cell.second, part: isOpen ? .all : .upToQuarterHour)
        }
        for row in stored.minuteRows where row.bucket < openSince {
            enter(row.totals, keys.number(of: row.key), at: row.bucket, part: .hour)
        }
    }

    /// What the step holds that is not yet committed: the owner commits early where it grows too large.
    package var stepCalls: Int { step.calls }
    package var stepCells: Int { step.cellCount + instances.stepCells }
    package var stepEntries: Int { quarantined.count }

    // MARK: Entries

    package mutating func consume(_ entry: LogEntry, now: Int64) -> Consumption {
        switch BlockDecoder.decode(entry) {
        case .calls(let record): consume(record, entry.id, now: now)
        case .heartbeat(let heartbeat):
            if Self.isTooLong(heartbeat.producer) {
                quarantine(entry.id, .invalidText(.producer), now: now)
            } else {
                ledger.note(heartbeat, appendedAt: Self.milliseconds(entry.id), now: now)
            }
        case .malformed(let error): quarantine(entry.id, error, now: now)
        case .newerVersion(let version): return .waits(version: version)
        }
        cursor = entry.id
        return .taken
    }

    /// Begins anew with the oldest entry of the log: it forgot ids that we have seen, and the producers' sequence
    /// numbers tell what of it is new.
    package mutating func readAgain() { cursor = .start }

    private mutating func consume(_ record: CallsRecord, _ id: EntryID, now: Int64) {
        do throws(BlockDecodingError) {
            guard !Self.isTooLong(record.header.producer) else { throw .invalidText(.producer) }
            try columns.decode(record)
        } catch {
            quarantine(id, error, now: now)
            return
        }
        let header = record.header
        let appendedAt = Self.milliseconds(id)
        let known = ledger.noteBlock(header, appendedAt: appendedAt, now: now)
        guard known < header.count else { return }
        keysOfBlock.removeAll(keepingCapacity: true)
        for operation in record.operations {
            keysOfBlock.append(keys.number(of: routes.key(of: operation, by: header.producer, now: now)))
        }
        let times = StepCells.Times(appendedAt: appendedAt, nowSeconds: now / 1_000)
        let refused = step.fold(columns, from: known, t0: header.t0, keys: keysOfBlock, times: times)
        if let first = keysOfBlock.first {
            let key = keys[first].key
            let instance = InstanceKey(
                environment: key.environment, service: key.service, instance: header.producer.instance)
            instances.fold(columns, from: known, t0: header.t0, of: instance, times: times)
        }
        let (table, numbers) = (keys, keysOfBlock)
        sampler.note(record, columns, from: known) { table[numbers[$0]].key }
        if refused > 0 {
            ledger.lose(of: header.producer, from: header.first + UInt64(known), count: UInt64(refused), now: now)
        }
    }

    /// Notes entries that somebody trimmed before they were read. Whose calls they held shows in the producers'
    /// sequence numbers.
    package mutating func noteTrimmed(_ finding: TrimWatch.Finding, now: Int64) {
        let what =
            switch finding.entries {
            case 1?: "1 entry was trimmed before it was read"
            case let count?: "\(count) entries were trimmed before they were read"
            case nil: "entries may have been trimmed before they were read"
            }
        quarantined.append(
            QuarantinedEntry(shard: shard, entryID: "\(finding.after)..\(finding.before)", reason: what, at: now))
    }

    private mutating func quarantine(_ id: EntryID, _ error: BlockDecodingError, now: Int64) {
        quarantined.append(
            QuarantinedEntry(shard: shard, entryID: id.description, reason: error.description, at: now))
    }

    // MARK: Ticks

    /// Ends the step: moves windows and minutes on, and returns what must be written; `nil` where nothing happened.
    ///
    /// - Parameters:
    ///   - now: the end of the windows.
    ///   - horizon: up to when the log is read, where that is before `now`: while a backlog is being read, minutes
    ///     close by the log's time and not by ours.
    package mutating func tick(now: Int64, horizon: Int64) -> ShardCommit? {
        let nowSeconds = now / 1_000
        let isOpenSince = openSince
        openSince = max(
            openSince, Tier.minute.bucket(of: min(now, horizon) / 1_000 - Self.closeDelaySeconds))
        var late = MinuteRows()
        var cells: [Cell] = []
        var step = StepCells()
        swap(&step, &self.step)
        step.drain { second, key, totals in
            let cell = Cell(second: second, key: keys[key].key, totals: totals)
            cells.append(cell)
            if second < isOpenSince { late.add(cell) } else { minutes.add(cell) }
            enter(totals, key, at: second)
        }
        swap(&step, &self.step)
        windows.advance(to: nowSeconds)
        let instanceCells = instances.tick(now: nowSeconds)
        sampler.tick(now: now)
        keys.removeAll { windows.holds($0) }
        if keys.isMostlyEmpty { giveUpRoom() }
        chooseHistograms(now: nowSeconds)
        tickMethods()

        let closed = minutes.removeRows(before: openSince, shard: shard)
        let changes = ledger.takeChanges(now: now)
        let changedRoutes = routes.takeChanges(now: now)
        for loss in changes.losses { lostCalls.add(loss) }
        lostCalls.forget(before: now - Window.hour1.seconds * 1_000)
        defer {
            quarantined.removeAll()
            committedCursor = cursor
        }
        guard
            !cells.isEmpty || cursor != committedCursor || openSince != isOpenSince || !changes.marks.isEmpty
                || !changes.losses.isEmpty || !quarantined.isEmpty || !changedRoutes.isEmpty
        else { return nil }
        return ShardCommit(
            shard: shard, cursor: cursor == .start ? "" : cursor.description, openSince: openSince,
            producers: changes.marks, proxies: changes.proxies, losses: changes.losses, quarantined: quarantined,
            checkpoint: cells.isEmpty
                ? nil : Checkpoint(takenAtSeconds: nowSeconds, cells: cells, instances: instanceCells),
            closed: closed, late: late.removeRows(before: .max, shard: shard), routes: changedRoutes)
    }

    /// Most operations are forgotten: what was made for so many goes, so that nothing is kept for them. The step has
    /// nothing in it.
    private mutating func giveUpRoom() {
        keys.shrink()
        routes.forgetAnswers()
        step = StepCells()
    }

    // MARK: Windows

    /// The windows as of the last tick.
    ///
    /// Every edge is in it, and of the operations those with the most calls in the longest window; the others of an
    /// edge are together, by method (``MethodWindows``). Producers that were silent for an hour are left out.
    package func frame(epoch: Int64, at now: Int64) -> FeedFrame {
        let hour = Window.hour1.seconds * 1_000
        var edges: [FeedSeries] = []
        var operations: [(calls: UInt64, entry: KeyTable.Entry, number: Int32)] = []
        for (number, entry) in keys.inUse {
            guard let series = windows[number] else { continue }
            if entry.key.level == .edge {
                edges.append(FeedSeries(key: entry.key, windows: series.totals))
            } else if !methods.contains(entry) {
                operations.append((series.callsInHour, entry, number))
            }
        }
        if operations.count > maximumFeedOperations {
            operations.sort { ($1.calls, $0.entry.key) < ($0.calls, $1.entry.key) }
            operations.removeLast(operations.count - maximumFeedOperations)
        }
        let busiest = operations.compactMap { operation in
            windows[operation.number].map { (entry: operation.entry, windows: $0.totals) }
        }
        let shown = busiest.map { FeedSeries(key: $0.entry.key, windows: $0.windows) }
        var frame = FeedFrame(
            shard: shard, shards: shards, epoch: epoch, at: now,
            coveredSince: hasBacklog ? now / 1_000 : coveredSince,
            series: (edges + shown + methods.rest(besides: busiest)).sorted { $0.key < $1.key },
            producers: Array(ledger.live(since: now - hour).prefix(Self.maximumProducersInFrame)),
            lostCalls: lostCalls.count,
            announcements: ledger.announcements(since: now - hour, limit: Self.maximumAnnouncementsInFrame))
        frame.recentCalls = sampler.calls
        frame.instances = FeedInstances(coveredSince: instances.coveredSince, series: instances.series)
        return frame
    }

    /// The windows of one series as of the last tick, at the place of each in ``Window/allCases``.
    package func windowTotals(of key: SeriesKey) -> [KPITotals]? {
        keys.inUse.first { $0.entry.key == key }.flatMap { windows[$0.number]?.totals }
    }

    package static let maximumProducersInFrame = 2_000
    package static let maximumAnnouncementsInFrame = 2_000

    /// Adds calls to the windows of their operation, of its edge, and of its method.
    private mutating func enter(_ totals: KPITotals, _ key: Int32, at second: Int64, part: SeriesWindows.Part = .all) {
        let operation = keys[key]
        windows.enter(totals, of: key, at: second, part: part, keepsHistograms: false)
        windows.enter(totals, of: operation.edge, at: second, part: part)
        methods.enter(totals, of: operation, at: second)
    }

    /// Beginning costs many cells: so it does not end as soon as all operations could be shown.
    private mutating func tickMethods() {
        let isBeyond = keys.operationCount > maximumFeedOperations
        if isBeyond || !methods.isEmpty && keys.operationCount > maximumFeedOperations / 2 {
            methods.tick(keys, of: windows)
        } else {
            methods.removeAll()
        }
    }

    /// Keeps the histograms of the operations that a frame shows, which are the busiest.
    private mutating func chooseHistograms(now: Int64) {
        guard now >= nextChoice else { return }
        nextChoice = now + Self.choiceIntervalSeconds
        var operations: [(calls: UInt64, number: Int32)] = []
        for (number, entry) in keys.inUse where entry.key.level == .operation {
            operations.append((windows.callsInHour(of: number), number))
        }
        if operations.count > maximumFeedOperations {
            operations.sort { ($1.calls, $0.number) < ($0.calls, $1.number) }
        }
        for (rank, operation) in operations.enumerated() {
            windows.keepHistograms(rank < maximumFeedOperations, of: operation.number)
        }
    }

    /// The store would cut the id, and the next owner would not know the producer again.
    private static func isTooLong(_ producer: Producer) -> Bool { producer.id.utf8.count > KeyTable.maximumNameBytes }

    private static func milliseconds(_ id: EntryID) -> Int64 { Int64(clamping: id.milliseconds) }
}
