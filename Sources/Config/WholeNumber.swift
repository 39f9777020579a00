/// Numbers in front of a unit.
enum WholeNumber {
    /// The number that the digits of `text` make, times `factor`; nil for anything but digits or beyond 64 bits.
    static func parse(_ text: Substring, times factor: Int) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ 48...57 ~= $0 }), let number = Int(text) else {
            return nil
        }
        let (product, isOverflow) = number.multipliedReportingOverflow(by: factor)
        return isOverflow ? nil : product
    }
}
