/// Whether a text is UTF-8, which TOML demands as a whole.
enum TOMLEncoding {
    /// The first place that is not UTF-8, or nil if all of it is.
    static func fault(in bytes: [UInt8]) -> TOMLFault? {
        var iterator = bytes.makeIterator()
        var decoder = UTF8()
        var position = TOMLPosition(line: 1, column: 1)
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue("\n"): position = TOMLPosition(line: position.line + 1, column: 1)
            case .scalarValue: position.column += 1
            case .emptyInput: return nil
            case .error: return TOMLFault(position: position, error: .invalidUTF8)
            }
        }
    }
}
