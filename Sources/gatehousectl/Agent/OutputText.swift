/// What a command writes, as text to send on: one line end at the end of it all is dropped.
struct OutputText {
    /// The most bytes of one piece.
    static let limit = 32_768

    private var chunker: UTF8Chunker
    /// A line end that is dropped unless something follows.
    private var isLineEndHeld = false

    init(limit: Int = Self.limit) { chunker = UTF8Chunker(limit: limit) }

    /// The text that can be sent after `bytes`, in pieces.
    mutating func take(_ bytes: [UInt8]) -> [String] {
        guard let last = bytes.last else { return [] }
        let held: [UInt8] = isLineEndHeld ? [UInt8(ascii: "\n")] : []
        isLineEndHeld = last == UInt8(ascii: "\n")
        return chunker.take(held + bytes.dropLast(isLineEndHeld ? 1 : 0))
    }

    /// What is left when no more comes.
    mutating func finish() -> [String] { chunker.finish() }
}
