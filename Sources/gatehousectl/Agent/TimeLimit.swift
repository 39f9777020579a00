/// How long a command may take, as it was typed: `500ms`, `30s`, `5m`, `1h`.
struct TimeLimit: Equatable, Sendable {
    let text: String
    let duration: Duration

    private static let units: [(name: String, milliseconds: Int)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// The limit that `text` names; nil if it is none, zero included.
    init?(_ text: String) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let unit = text.dropFirst(digits.count)
        guard let factor = Self.units.first(where: { $0.name == unit })?.milliseconds,
            let number = Int(digits),
            number > 0, number <= Int.max / factor / 1_000
        else { return nil }
        self.text = text
        duration = .milliseconds(number * factor)
    }
}
