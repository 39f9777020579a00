/// What goes wrong with an answer that is replayed.
///
///     none   refuse   cut:4KiB   stall:100   delay:500ms   status:503
package enum ReplayFault: Equatable, Sendable {
    /// Nothing.
    case nothing
    /// No connection comes about.
    case refusal
    /// The connection ends after so many bytes, head included.
    case cut(after: Int)
    /// Nothing more comes after so many bytes, head included.
    case stall(after: Int)
    /// The answer begins so much later.
    case delay(Duration)
    /// An error comes instead of the answer.
    case status(Int)

    private static let longestDelay = Duration.seconds(3_600)

    /// The fault of that spelling; nil: there is none.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? String(parts[1]) : nil
        switch (parts[0], value) {
        case ("none", nil): self = .nothing
        case ("refuse", nil): self = .refusal
        case ("cut", let value?):
            guard let count = ByteSize.parse(value) else { return nil }
            self = .cut(after: count)
        case ("stall", let value?):
            guard let count = ByteSize.parse(value) else { return nil }
            self = .stall(after: count)
        case ("delay", let value?):
            guard let duration = TimeSpan.parse(value), duration <= Self.longestDelay else { return nil }
            self = .delay(duration)
        case ("status", let value?):
            guard let status = Int(value), 400...599 ~= status, value.utf8.count == 3 else { return nil }
            self = .status(status)
        case (_, _): return nil
        }
    }
}

extension ReplayFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .nothing: "none"
        case .refusal: "refuse"
        case .cut(let count): "cut:\(ByteSize.text(count))"
        case .stall(let count): "stall:\(ByteSize.text(count))"
        case .delay(let duration): "delay:\(TimeSpan.text(duration))"
        case .status(let status): "status:\(status)"
        }
    }
}

extension ReplayFault: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let fault = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no such fault")
        }
        self = fault
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Format where Value == ReplayFault {
    /// A fault, as it is spelled.
    static var replayFault: Self {
        Format(
            noun: "\"none\", \"refuse\", \"cut:BYTES\", \"stall:BYTES\", \"delay:DURATION\" (up to 1h) "
                + "or \"status:CODE\" (400 to 599)",
            read: { given throws(Refusal) in
                guard let fault = ReplayFault(try given.string()) else { throw given.invalid() }
                return fault
            },
            text: { quoted($0.description) },
        )
    }
}
