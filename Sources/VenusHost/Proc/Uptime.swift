/// `/proc/uptime`.
package struct Uptime: Sendable, Hashable {
    /// Since the start, sleep included.
    package var seconds: Double

    package init?(_ text: inout ProcText) {
        guard var fields = text.nextLine(), let seconds = fields.next().flatMap(ProcFields.decimal) else {
            text.passOverGarbledLine()
            return nil
        }
        self.seconds = seconds
    }
}
