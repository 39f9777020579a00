/// Dates and times as RFC 3339 writes them: `1979-05-27T07:32:00-08:00`, `1979-05-27 07:32:00.5`, `07:32:00`.
enum TOMLDateTime {
    /// Whether a value that begins with `bytes` is meant as date or time: `1979-…` or `07:…`.
    static func isBegun(by bytes: [UInt8]) -> Bool {
        func digits(_ count: Int, then mark: UInt8) -> Bool {
            bytes.count > count && bytes[count] == mark && bytes[..<count].allSatisfy { 48...57 ~= $0 }
        }
        return digits(4, then: UInt8(ascii: "-")) || digits(2, then: UInt8(ascii: ":"))
    }

    /// The date, time, or both, that `text` spells.
    static func kind(of text: String) throws(TOMLError) -> TOMLValue.Kind {
        var rest = Array(text.utf8)[...]
        if isTime(&rest), rest.isEmpty { return .localTime(text) }
        rest = Array(text.utf8)[...]
        guard isDate(&rest) else { throw .invalidDateTime(text) }
        if rest.isEmpty { return .localDate(text) }
        guard let mark = rest.popFirst(), "Tt ".utf8.contains(mark), isTime(&rest) else {
            throw .invalidDateTime(text)
        }
        if rest.isEmpty { return .localDateTime(text) }
        guard isOffset(&rest), rest.isEmpty else { throw .invalidDateTime(text) }
        return .offsetDateTime(text)
    }

    private static func isDate(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let year = number(4, from: &rest), take("-", from: &rest), let month = number(2, from: &rest),
            1...12 ~= month, take("-", from: &rest), let day = number(2, from: &rest)
        else { return false }
        let isLeap = (year.isMultiple(of: 4) && !year.isMultiple(of: 100)) || year.isMultiple(of: 400)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return 1...lengths[month - 1] ~= day
    }

    private static func isTime(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let hour = number(2, from: &rest), take(":", from: &rest), let minute = number(2, from: &rest),
            take(":", from: &rest), let second = number(2, from: &rest)
        else { return false }
        // 60 is a leap second (RFC 3339 §5.7).
        guard hour <= 23, minute <= 59, second <= 60 else { return false }
        guard take(".", from: &rest) else { return true }
        let fraction = rest.prefix { 48...57 ~= $0 }
        rest = rest.dropFirst(fraction.count)
        return !fraction.isEmpty
    }

    private static func isOffset(_ rest: inout ArraySlice<UInt8>) -> Bool {
        if take("Z", from: &rest) || take("z", from: &rest) { return true }
        guard take("+", from: &rest) || take("-", from: &rest), let hour = number(2, from: &rest),
            take(":", from: &rest), let minute = number(2, from: &rest)
        else { return false }
        return hour <= 23 && minute <= 59
    }

    private static func number(_ count: Int, from rest: inout ArraySlice<UInt8>) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ 48...57 ~= $0 }) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    private static func take(_ mark: Unicode.Scalar, from rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
