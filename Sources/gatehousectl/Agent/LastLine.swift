/// The last line with something in it, of bytes that come in pieces.
struct LastLine {
    /// The most bytes that are kept of a line.
    static let limit = 1_024

    private var complete: [UInt8] = []
    private var current: [UInt8] = []

    mutating func take(_ bytes: [UInt8]) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                endLine()
            } else if current.count < Self.limit {
                current.append(byte)
            }
        }
    }

    /// Empty if nothing was written but white space.
    var text: String {
        let bytes = Self.isBlank(current) ? complete : current
        let end = (bytes.lastIndex { !Self.isSpace($0) } ?? -1) + 1
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    private mutating func endLine() {
        if !Self.isBlank(current) { complete = current }
        current.removeAll(keepingCapacity: true)
    }

    private static func isBlank(_ line: [UInt8]) -> Bool { line.allSatisfy(isSpace) }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
