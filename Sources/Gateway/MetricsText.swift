/// Samples in Prometheus's text format.
///
///     # HELP gatehouse_connections Clients of a worker, agents of the bridge.
///     # TYPE gatehouse_connections gauge
///     gatehouse_connections{process="worker:0",draining="false"} 12
///
/// - Source: Prometheus, "Exposition formats", text format 0.0.4.
struct MetricsText {
    typealias Labels = [(name: String, value: String)]

    private(set) var bytes: [UInt8] = []

    mutating func head(_ name: String, _ kind: String, _ help: String) {
        line("# HELP \(name) \(help)")
        line("# TYPE \(name) \(kind)")
    }

    mutating func sample(_ name: String, labels: Labels = [], _ value: Int) {
        line("\(name)\(Self.spelled(labels)) \(value)")
    }

    /// The samples of one histogram: cumulative buckets, sum and count.
    mutating func histogram(_ name: String, _ labels: Labels, _ latency: ModelMetrics.Latency) {
        var below = 0
        for (border, count) in zip(latency.borders, latency.counts) {
            below &+= count
            sample("\(name)_bucket", labels: labels + [("le", Self.spelled(border))], below)
        }
        sample("\(name)_bucket", labels: labels + [("le", "+Inf")], latency.count)
        line("\(name)_sum\(Self.spelled(labels)) \(latency.sum)")
        sample("\(name)_count", labels: labels, latency.count)
    }

    private mutating func line(_ text: String) {
        bytes += text.utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    /// `0.5`, `1`, `300`.
    private static func spelled(_ number: Double) -> String {
        number.rounded() == number ? String(Int(number)) : String(number)
    }

    private static func spelled(_ labels: Labels) -> String {
        if labels.isEmpty { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            case let other: text.append(other)
            }
        }
        return text
    }
}
