/// `/proc/stat`.
package struct CPUStatistics: Sendable, Hashable {
    /// Cores that are told apart, at most.
    package static let maximumCores = 1_024

    package var total: CPUTimes?
    /// By number; those that are switched off are missing.
    package var cores: [Int: CPUTimes] = [:]
    /// Since the start.
    package var processesCreated: UInt64?
    package var running: UInt64?
    /// Waiting for a disk.
    package var blocked: UInt64?

    package init(_ text: inout ProcText) {
        while var fields = text.nextLine() {
            guard let name = fields.next() else { continue }
            if name.starts(with: "cpu".utf8) {
                let number = name.dropFirst(3)
                if number.isEmpty {
                    total = CPUTimes(&fields)
                    if total == nil { text.passOverGarbledLine() }
                } else if let core = ProcFields.number(number).flatMap(Int.init(exactly:)),
                    let times = CPUTimes(&fields)
                {
                    if cores.count < Self.maximumCores { cores[core] = times }
                } else {
                    text.passOverGarbledLine()
                }
            } else if name.elementsEqual("processes".utf8) {
                processesCreated = number(&fields, &text)
            } else if name.elementsEqual("procs_running".utf8) {
                running = number(&fields, &text)
            } else if name.elementsEqual("procs_blocked".utf8) {
                blocked = number(&fields, &text)
            }
        }
    }

    private func number(_ fields: inout ProcFields, _ text: inout ProcText) -> UInt64? {
        let number = fields.nextNumber()
        if number == nil { text.passOverGarbledLine() }
        return number
    }
}
