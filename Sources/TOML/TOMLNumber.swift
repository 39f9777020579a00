/// Integers and floats: `1_000`, `0xFF`, `-0.5`, `6e23`.
enum TOMLNumber {
    /// The number that `text` spells.
    static func kind(of text: String) throws(TOMLError) -> TOMLValue.Kind {
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            return .integer(try integer(text.dropFirst(2), radix: radix, isNegative: false, in: text))
        }
        var digits = text[...]
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits.removeFirst() }
        let end = digits.firstIndex { ".eE".contains($0) } ?? digits.endIndex
        let whole = digits[..<end]
        guard isGrouped(whole, radix: 10), whole == "0" || whole.first != "0" else {
            throw .invalidNumber(text)
        }
        guard end < digits.endIndex else {
            return .integer(try integer(whole, radix: 10, isNegative: isNegative, in: text))
        }
        guard isFraction(digits[end...]), let number = Double(text.filter { $0 != "_" }) else {
            throw .invalidNumber(text)
        }
        return .float(number)
    }

    private static func integer(
        _ digits: Substring,
        radix: Int,
        isNegative: Bool,
        in text: String,
    ) throws(TOMLError) -> Int {
        guard isGrouped(digits, radix: radix) else { throw .invalidNumber(text) }
        let plain = String(digits.filter { $0 != "_" })
        guard let number = Int(isNegative ? "-" + plain : plain, radix: radix) else {
            throw .integerOverflow(text)
        }
        return number
    }

    /// Whether `text` is `.5`, `e10` or `.5e-10`.
    private static func isFraction(_ text: Substring) -> Bool {
        let exponent = text.firstIndex { "eE".contains($0) } ?? text.endIndex
        let fraction = text[..<exponent]
        guard fraction.isEmpty || isGrouped(fraction.dropFirst(), radix: 10) else { return false }
        var power = text[exponent...].dropFirst()
        if power.first == "+" || power.first == "-" { power.removeFirst() }
        return exponent == text.endIndex || isGrouped(power, radix: 10)
    }

    /// Whether `text` consists of digits, with single underscores between them.
    private static func isGrouped(_ text: Substring, radix: Int) -> Bool {
        text.split(separator: "_", omittingEmptySubsequences: false).allSatisfy { group in
            !group.isEmpty
                && group.allSatisfy { $0.isASCII && ($0.hexDigitValue ?? radix) < radix }
        }
    }
}
