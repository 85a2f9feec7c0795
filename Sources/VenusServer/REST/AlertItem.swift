import VenusAlerts
import VenusCore
import VenusStore

/// An alert as REST and the live socket show it. Members are in the order of their names.
struct AlertItem: Sendable {
    var content: AlertContent
    /// Of its newest transition.
    var number: Int64
    var changedAt: Int64

    /// Throws for a row that no version has written.
    init(_ record: AlertRecord) throws {
        content = try AlertJSON.decode(AlertContent.self, record.content)
        number = record.number
        changedAt = record.changedAt
    }
}

extension AlertItem: JSONWritable {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("acknowledged")
            if let acknowledgement = content.acknowledgement {
                writer.object { writer in
                    writer.name("at")
                    writer.value(Timestamp.text(milliseconds: acknowledgement.at * 1_000))
                    writer.name("by")
                    writer.value(acknowledgement.author)
                    writer.name("comment")
                    writer.value(acknowledgement.comment)
                }
            } else {
                writer.null()
            }
            writer.name("changed_at")
            writer.value(Timestamp.text(milliseconds: changedAt * 1_000))
            writer.name("fault")
            writer.value(content.fault)
            writer.name("id")
            writer.value(content.rule.alertID)
            writer.name("inhibited")
            writer.value(content.isInhibited)
            writer.write(content.rule, limit: content.limit, seq: number)
            writer.name("silenced")
            writer.value(content.isSilenced)
            writer.name("since")
            writer.value(content.machine.since.map { Timestamp.text(milliseconds: $0 * 1_000) })
            writer.name("state")
            writer.value(content.machine.recordState.rawValue)
            writer.write(content.rule, value: content.value)
        }
    }
}

/// A transition as the live socket tells it.
struct TransitionItem: Sendable, JSONWritable {
    var content: TransitionContent
    var number: Int64
    var at: Int64

    init(_ record: TransitionRecord) throws {
        content = try AlertJSON.decode(TransitionContent.self, record.content)
        number = record.number
        at = record.at
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("alert")
            writer.value(content.rule.alertID)
            writer.name("at")
            writer.value(Timestamp.text(milliseconds: at * 1_000))
            writer.name("kind")
            writer.value(content.kind.rawValue)
            writer.write(content.rule, limit: content.limit, seq: number)
            writer.write(content.rule, value: content.value)
        }
    }
}

extension JSONWriter {
    /// Of an alert and its transitions alike the members from `limit` to `severity`.
    fileprivate mutating func write(_ rule: AlertRule, limit: Double?, seq: Int64) {
        name("limit")
        value(limit)
        name("metric")
        value(AlertLabels(rule).metric)
        name("rule")
        value(rule.id)
        name("seq")
        value(seq)
        name("severity")
        value(rule.severity.rawValue)
    }

    /// The last members of both.
    fileprivate mutating func write(_ rule: AlertRule, value: Double?) {
        name("subject")
        write(rule.subject, part: rule.part)
        name("value")
        self.value(value?.toEightDecimals)
    }

    /// The level of a subject and the names that it has.
    fileprivate mutating func write(_ subject: WatchSubject, part: String?) {
        object { writer in
            let key = subject.key
            if let key, !key.dependency.isEmpty {
                writer.name("dependency")
                writer.value(key.dependency)
            }
            if let key {
                writer.name("environment")
                writer.value(key.environment)
            }
            if case .host(let name) = subject {
                writer.name("host")
                writer.value(name)
            }
            writer.name("level")
            writer.value(subject.level)
            if let key, !key.operation.isEmpty {
                writer.name("operation")
                writer.value(key.operation)
            }
            if let part {
                writer.name("part")
                writer.value(part)
            }
            if let key, !key.service.isEmpty {
                writer.name("service")
                writer.value(key.service)
            }
        }
    }
}
