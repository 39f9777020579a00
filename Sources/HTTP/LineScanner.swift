/// Finds the lines of one head, looking at every byte once however the bytes arrive.
///
/// Offsets count from the first byte of the head, so the buffer may move between two calls.
struct LineScanner {
    /// Where the line that is being looked for begins.
    private(set) var lineStart = 0
    /// How far bytes have been looked at.
    private(set) var scanned = 0

    /// The next line without its CR LF, or nil if more bytes are needed.
    ///
    /// - Throws: `fault` when the line does not end within `limit` bytes of the head's begin.
    @inline(__always)
    mutating func next(
        _ head: UnsafeRawBufferPointer,
        limit: Int,
        over fault: HTTPFault
    ) throws(HTTPFault) -> Range<Int>? {
        let end = min(head.count, limit)
        let stop = FieldText.firstControl(in: head, from: scanned, to: end)
        scanned = stop
        if stop < end {
            guard head[stop] == Byte.carriageReturn else {
                throw head[stop] == Byte.lineFeed ? .bareLF : .controlCharacter
            }
            if stop + 1 < end {
                guard head[stop + 1] == Byte.lineFeed else { throw .bareCR }
                let line = lineStart..<stop
                scanned = stop + 2
                lineStart = scanned
                return line
            }
        }
        guard head.count < limit else { throw fault }
        return nil
    }
}
