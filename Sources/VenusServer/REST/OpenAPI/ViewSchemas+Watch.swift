import VenusStore

/// Of alerts, and of the machines themselves.
extension ViewSchemas {
    // MARK: Alerts

    static let alert = ObjectSchema(
        "Alert",
        [
            "acknowledged": #"""
            {"type":["object","null"],"properties":{"at":\#(time),"by":\#(text),"comment":\#(text)},\#
            "required":["at","by","comment"],"additionalProperties":false}
            """#,
            "changed_at": time,
            "fault": #"""
            {"type":["string","null"],"description":"The fault that people are told of, once for all its alerts."}
            """#,
            "id": alertID,
            "inhibited": #"{"type":"boolean","description":"Another fault explains it; nobody is told of this one."}"#,
            "limit": numberOrNull, "metric": text, "rule": text,
            "seq": #"{"type":"integer","minimum":0,"description":"Of its newest transition."}"#,
            "severity": severity, "silenced": flag, "since": #"{"type":["string","null"],"format":"date-time"}"#,
            "state": choice(AlertRecord.State.allCases.map(\.rawValue)), "subject": reference(alertSubject),
            "value": numberOrNull,
        ])

    static let alertSubject = ObjectSchema(
        "AlertSubject",
        [
            "level": choice(["default", "total", "service", "dependency", "edge", "operation", "host"])
        ],
        optional: [
            "dependency": text, "environment": text, "host": text, "operation": text,
            "part": #"""
            {"type":"string","description":"Of a host: the file system, device, interface, resource or program."}
            """#,
            "service": text,
        ])

    static let transition = ObjectSchema(
        "Transition",
        [
            "alert": alertID, "at": time, "kind": choice(["pending", "dropped", "firing", "no_data", "resolved"]),
            "limit": numberOrNull, "metric": text, "rule": text, "seq": #"{"type":"integer","minimum":1}"#,
            "severity": severity, "subject": reference(alertSubject), "value": numberOrNull,
        ])

    static let alertID = #"{"type":"string","pattern":"^[0-9a-f]{32}$"}"#

    // MARK: Hosts

    static let hosts = ObjectSchema(
        "Hosts",
        [
            "at": time, "items": list(host),
            "metrics": #"""
            {"type":"array","items":\#(reference(hostMetric)),\#
            "description":"Of the host that is asked for, as of its last reading."}
            """#,
        ])

    static let host = ObjectSchema(
        "Host",
        [
            "agent_version": text, "environment": text, "figures": reference(hostFigures), "first_seen": time,
            "id": text, "is_silent": flag, "last_seen": time, "name": text, "readings_dropped": count,
            "services": #"""
            {"type":"array","items":\#(reference(hostService)),"description":"Those whose proxies run on it."}
            """#,
        ])

    static let hostService = ObjectSchema(
        "HostService",
        [
            "clock_skew_ms": #"""
            {"type":"integer",\#
            "description":"Of the proxy whose clock is furthest off; positive where it is ahead."}
            """#,
            "environment": text, "proxies": #"{"type":"integer","minimum":1}"#, "service": text,
        ])

    static let hostFigures = ObjectSchema(
        "HostFigures",
        [
            "container_memory_utilization": amountOrNull, "cpu_pressure": amountOrNull, "cpu_throttled": amountOrNull,
            "cpu_utilization": amountOrNull, "disk_read_bytes_per_second": amountOrNull,
            "disk_write_bytes_per_second": amountOrNull, "filesystem": textOrNull,
            "filesystem_utilization": amountOrNull, "io_pressure": amountOrNull, "load_average": amountOrNull,
            "memory_pressure": amountOrNull, "memory_utilization": amountOrNull,
            "network_receive_bytes_per_second": amountOrNull, "network_transmit_bytes_per_second": amountOrNull,
            "paging_utilization": amountOrNull, "processors": amountOrNull, "uptime_seconds": amountOrNull,
        ],
        description: "Utilization and pressure are fractions; pressure is that of some work; null: it does not say.")

    static let hostMetric = ObjectSchema(
        "HostMetric",
        [
            "attributes": #"{"type":"object","additionalProperties":{"type":"string"}}"#, "id": text,
            "kind": choice(["gauge", "counter"]), "name": text,
            "unit": #"{"type":"string","description":"UCUM; of a counter, of its growth per second."}"#,
            "value": numberOrNull,
        ])
}
