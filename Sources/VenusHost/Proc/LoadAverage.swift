/// `/proc/loadavg`: threads that ran or waited, on average over the last 1, 5 and 15 minutes.
package struct LoadAverage: Sendable, Hashable {
    package var oneMinute: Double
    package var fiveMinutes: Double
    package var fifteenMinutes: Double

    package init?(_ text: inout ProcText) {
        guard var fields = text.nextLine(),
            let one = fields.next().flatMap(ProcFields.decimal),
            let five = fields.next().flatMap(ProcFields.decimal),
            let fifteen = fields.next().flatMap(ProcFields.decimal)
        else {
            text.passOverGarbledLine()
            return nil
        }
        oneMinute = one
        fiveMinutes = five
        fifteenMinutes = fifteen
    }
}
