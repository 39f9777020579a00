import JSON

/// Reads members of one object of a body and names those that cannot be used.
///
/// A member that is null counts as absent.
struct FieldReader {
    /// Nil: there is none, and so no member.
    let object: JSONValue?
    /// What a fault's parameter begins with: `options.`.
    var prefix = ""

    /// The value of a member; nil if it is absent or null.
    func member(_ name: String) -> JSONValue? {
        object?[name].flatMap { $0.isNull ? nil : $0 }
    }

    /// The text of a string that is not empty, at most 256 Unicode scalars, and must be there.
    func name(_ name: String, _ faults: inout FieldFaults) -> String {
        guard let text = member(name)?.string, (1...256).contains(text.unicodeScalars.count) else {
            faults.add(prefix + name, "must be a string of 1 to 256 characters")
            return ""
        }
        return text
    }

    /// `true` or `false`, or nil.
    func bool(_ name: String, _ faults: inout FieldFaults) -> Bool? {
        guard let value = member(name) else { return nil }
        if value.bool == nil { faults.add(prefix + name, "must be true or false") }
        return value.bool
    }

    /// Checks that a member is a string, if it is there.
    func string(_ name: String, _ faults: inout FieldFaults) {
        if let value = member(name), value.kind != .string { faults.add(prefix + name, "must be a string") }
    }

    /// Checks that a member is an object, if it is there.
    func object(_ name: String, _ faults: inout FieldFaults) {
        if let value = member(name), value.kind != .object { faults.add(prefix + name, "must be an object") }
    }

    /// Checks an integer in that range (nil: any of 64 bits), if it is there.
    func integer(_ name: String, in range: ClosedRange<Int>?, _ faults: inout FieldFaults) {
        guard let value = member(name) else { return }
        if let number = Self.whole(value), range?.contains(number) ?? true { return }
        let bounds = range.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? ""
        faults.add(prefix + name, "must be an integer" + bounds)
    }

    /// An integer of at least 1 and at most `limit` (nil: no limit), or nil.
    func count(_ name: String, limit: Int?, _ faults: inout FieldFaults) -> Int? {
        guard let value = member(name) else { return nil }
        guard let count = Self.whole(value), count >= 1, count <= limit ?? .max else {
            faults.add(prefix + name, limit.map { Self.range(to: $0) } ?? "must be an integer of at least 1")
            return nil
        }
        return count
    }

    /// Checks a number and leaves it spelled as it is; nil if it is absent.
    @discardableResult
    func number(_ name: String, in range: ClosedRange<Int>, _ faults: inout FieldFaults) -> JSONValue? {
        guard let value = member(name) else { return nil }
        let allowed = Double(range.lowerBound)...Double(range.upperBound)
        guard let number = value.double, allowed.contains(number) else {
            faults.add(prefix + name, "must be a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    /// Checks the numbers that steer sampling; the temperature, or nil if it is absent.
    func sampling(_ faults: inout FieldFaults) -> JSONValue? {
        number("top_p", in: 0...1, &faults)
        number("frequency_penalty", in: -2...2, &faults)
        number("presence_penalty", in: -2...2, &faults)
        return number("temperature", in: 0...2, &faults)
    }

    /// An integer, also one that was spelled `20.0`.
    static func whole(_ value: JSONValue) -> Int? {
        if let int = value.int { return int }
        guard let double = value.double, abs(double) <= 0x1p53 else { return nil }
        return Int(exactly: double)
    }

    private static func range(to limit: Int) -> String {
        limit == 1 ? "must be 1" : "must be an integer from 1 to \(limit)"
    }
}
