import JSON

/// Long strings cut into short ones.
enum TextPieces {
    /// JSON strings that together say what `value`, a string, says.
    ///
    /// One of at most `limit` bytes stays as it is spelled; a longer one is cut between Unicode scalars.
    static func cut(_ value: JSONValue, limit: Int) -> [[UInt8]] {
        guard value.raw.count > limit, let text = value.string else { return [Array(value.raw)] }
        let bytes = Array(text.utf8)
        var pieces: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            var end = min(start + limit, bytes.count)
            while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
            pieces.append(JSONWriter.quoted(String(decoding: bytes[start..<end], as: UTF8.self)))
            start = end
        }
        return pieces
    }
}
