/// How much of the processors a control group may use.
package struct CPUQuota: Sendable, Hashable {
    /// Processors' worth.
    package var cpus: Double

    /// Version 2's `cpu.max`: `max 100000`, or quota and period in microseconds. `nil` where there is no limit.
    package init?(maximum text: inout ProcText) {
        guard var fields = text.nextLine(), let quota = fields.next() else { return nil }
        if quota.elementsEqual("max".utf8) { return nil }
        guard let quota = ProcFields.number(quota), let period = fields.nextNumber(), period > 0 else {
            text.passOverGarbledLine()
            return nil
        }
        cpus = Double(quota) / Double(period)
    }

    /// Version 1's `cpu.cfs_quota_us` (`-1`: no limit) and `cpu.cfs_period_us`.
    package init?(quota: inout ProcText, period: inout ProcText) {
        guard var quotaFields = quota.nextLine(), var periodFields = period.nextLine(),
            let microseconds = quotaFields.nextNumber(), let length = periodFields.nextNumber(), length > 0
        else { return nil }
        cpus = Double(microseconds) / Double(length)
    }
}
