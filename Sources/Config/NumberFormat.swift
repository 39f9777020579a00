import TOML

extension Format where Value == Int {
    /// An integer within `range`.
    static func integer(_ range: ClosedRange<Int>) -> Self {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        return Format(
            noun: "an integer (\(bounds))",
            read: { given throws(Refusal) in
                guard case .integer(let number) = given.value.kind else { throw given.mistyped() }
                guard range.contains(number) else { throw given.outOfRange(bounds) }
                return number
            },
            text: { String($0) },
        )
    }

    /// A number of bytes within `range`, as `"64KiB"`, `"1GB"` or `"0"`.
    static func size(_ range: ClosedRange<Int>) -> Self {
        let bounds = "\(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound))"
        return Format(
            noun: "a size such as \"64KiB\" or \"10MB\" (\(bounds))",
            read: { given throws(Refusal) in
                guard let size = ByteSize.parse(try given.string()) else { throw given.invalid() }
                guard range.contains(size) else { throw given.outOfRange(bounds) }
                return size
            },
            text: { "\"\(ByteSize.text($0))\"" },
        )
    }
}

extension Format where Value == Int? {
    /// An integer up to `limit`, where 0 becomes nil.
    static func integerOrNone(upTo limit: Int) -> Self {
        Format<Int>.integer(0...limit).none("0") { $0.value.kind == .integer(0) }
    }

    /// A number of bytes up to `limit`, where "0" becomes nil.
    static func sizeOrNone(upTo limit: Int) -> Self {
        Format<Int>.size(0...limit).none("\"0\"") { $0.value.kind == .string("0") }
    }
}

extension Format where Value == Double {
    /// A number within `range`, with or without a point.
    static func number(_ range: ClosedRange<Double>) -> Self {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        return Format(
            noun: "a number (\(bounds))",
            read: { given throws(Refusal) in
                var number: Double
                if case .integer(let whole) = given.value.kind {
                    number = Double(whole)
                } else if case .float(let fraction) = given.value.kind {
                    number = fraction
                } else {
                    throw given.mistyped()
                }
                guard range.contains(number) else { throw given.outOfRange(bounds) }
                return number
            },
            text: { String($0) },
        )
    }
}

extension Format where Value == Bool {
    /// `true` or `false`.
    static var boolean: Self {
        Format(
            noun: "true or false",
            read: { given throws(Refusal) in
                guard case .boolean(let flag) = given.value.kind else { throw given.mistyped() }
                return flag
            },
            text: { String($0) },
        )
    }
}

extension Format where Value == Duration {
    /// A time span within `range`, as `"500ms"`, `"30s"`, `"5m"`, `"1h"` or `"2d"`.
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        let bounds = "\(TimeSpan.text(range.lowerBound)) to \(TimeSpan.text(range.upperBound))"
        return Format(
            noun: "a duration such as \"500ms\", \"30s\" or \"5m\" (\(bounds))",
            read: { given throws(Refusal) in
                guard let duration = TimeSpan.parse(try given.string()) else { throw given.invalid() }
                guard range.contains(duration) else { throw given.outOfRange(bounds) }
                return duration
            },
            text: { "\"\(TimeSpan.text($0))\"" },
        )
    }
}
