import Testing
import TestSupport
import VenusAnalysis
import VenusCallLog
import VenusCore

@Suite struct CallColumnsTests {
    @Test("columns hold what the rows hold")
    func sameAsRows() throws {
        var random = SeededGenerator(seed: 1)
        var columns = CallColumns()
        for _ in 0..<200 {
            let count = Int.random(in: 1...60, using: &random)
            let block = Samples.block(
                Samples.producer("p"), first: 1, ends: (0..<count).map { Samples.epoch * 1_000_000 + Int64($0) },
                using: &random)
            let record = try CallsRecord(block)
            try columns.decode(record)
            try expect(columns, toHold: try record.rows(), t0: record.header.t0)
        }
    }

    @Test("whatever the bytes are, columns and rows agree on whether they can be read")
    func damaged() throws {
        var random = SeededGenerator(seed: 2)
        var columns = CallColumns()
        let alphabet = Array("0123456789\t\n-af \u{7f}".utf8)
        var readable = 0
        for _ in 0..<5_000 {
            let block = Samples.block(
                Samples.producer("p"), first: 1, ends: [1, 2, 3].map { Samples.epoch * 1_000_000 + $0 },
                using: &random)
            var record = try CallsRecord(block)
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let place = record.calls.indices.randomElement(using: &random)!
                switch Int.random(in: 0..<4, using: &random) {
                case 0: record.calls[place] = alphabet.randomElement(using: &random)!
                case 1: record.calls.remove(at: place)
                case 2: record.calls.insert(alphabet.randomElement(using: &random)!, at: place)
                default: record.calls.removeSubrange(place...)
                }
                if record.calls.isEmpty { break }
            }
            let rows = try? record.rows()
            let decoded: Void? = try? columns.decode(record)
            #expect((rows == nil) == (decoded == nil))
            guard let rows else {
                #expect(columns.count == 0)
                continue
            }
            try expect(columns, toHold: rows, t0: record.header.t0)
            readable += 1
        }
        #expect(readable > 500)
    }

    @Test("a count that is wrong is an error", arguments: [1, 2, 4, 512])
    func wrongCount(count: Int) throws {
        var random = SeededGenerator(seed: 3)
        let block = Samples.block(
            Samples.producer("p"), first: 1, ends: [1, 2, 3].map { Samples.epoch * 1_000_000 + $0 }, using: &random)
        var record = try CallsRecord(block)
        record.header.count = count
        var columns = CallColumns()
        #expect(throws: BlockDecodingError.wrongCount(expected: count, found: count < 3 ? count + 1 : 3)) {
            try columns.decode(record)
        }
    }

    @Test("an error type of a newer version is let through")
    func newerErrorType() throws {
        var record = try CallsRecord(
            CallBlock(
                producer: Samples.producer("p"), first: 1, operations: Samples.operations,
                calls: [Call(operation: 0, start: 5, duration: 7, outcome: .transportError)]))
        record.calls = Array("0\t0\t7\t3\t\t200\t\t\t\t\t\t\t0\t0\t0\t".utf8)
        var columns = CallColumns()
        try columns.decode(record)
        #expect(columns.errorTypes == [200])
    }

    private func expect(_ columns: CallColumns, toHold rows: [Call], t0: Int64) throws {
        try #require(columns.count == rows.count)
        for (place, row) in rows.enumerated() {
            #expect(Int(columns.operations[place]) == row.operation)
            #expect(t0 + columns.ends[place] == row.start + Int64(row.duration))
            #expect(columns.durations[place] == row.duration)
            #expect(columns.outcomes[place] == row.outcome.rawValue)
            #expect(columns.statuses[place] == row.status)
            #expect(ErrorType(rawValue: columns.errorTypes[place]) == row.errorType)
            for phase in Phase.allCases {
                let time = columns.phases[place][phase.rawValue]
                #expect((time == CallColumns.unknownPhase ? nil : time) == row.phases[phase])
            }
            #expect(columns.bytesSent[place] == row.bytesSent)
            #expect(columns.bytesReceived[place] == row.bytesReceived)
            #expect(columns.flags[place] == row.flags.rawValue)
        }
    }
}
