/// The payload of one message or control frame as it comes in, unmasked and checked piece by piece.
struct Payload {
    /// What has come so far, without its masks.
    private(set) var bytes: [UInt8] = []
    private var check: UTF8Check?

    /// An empty payload, whose bytes must be UTF-8 if `isText`.
    init(isText: Bool = false) { check = isText ? UTF8Check() : nil }

    /// Whether text ends with a whole character; other payloads always do.
    var isComplete: Bool { check?.isComplete ?? true }

    /// Makes room for `count` bytes, but never for more than 256 KiB that a peer has only announced.
    mutating func reserve(_ count: Int) { bytes.reserveCapacity(min(count, 256 << 10)) }

    /// Takes the next bytes of a frame.
    ///
    /// - Returns: false when text cannot be UTF-8 any more.
    mutating func append(_ piece: UnsafeRawBufferPointer, mask: inout Mask?) -> Bool {
        var rest = piece[...]
        while !rest.isEmpty {
            // Small enough that copying, unmasking and checking all find the bytes in the first-level cache.
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(16 << 10))
            guard appendPart(part, mask: &mask) else { return false }
            rest = rest.dropFirst(part.count)
        }
        return true
    }

    private mutating func appendPart(_ part: UnsafeRawBufferPointer, mask: inout Mask?) -> Bool {
        var check = check
        defer { self.check = check }
        let start = bytes.count
        bytes.append(contentsOf: part)
        return bytes.withUnsafeMutableBytes { all in
            let added = UnsafeMutableRawBufferPointer(rebasing: all[start...])
            mask?.apply(to: added)
            return check?.accepts(UnsafeRawBufferPointer(added)) ?? true
        }
    }
}
