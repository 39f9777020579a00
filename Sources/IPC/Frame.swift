/// How messages are cut on every Unix socket of the daemon.
///
///     00 00 00 0f  7b 22 73 74 61 72 74 22 3a 7b 7d 7d …
///     length = 15  {"start":{}}
///
/// Four bytes of big-endian length, which do not count themselves, then that many bytes of one JSON object.
package enum Frame {
    /// The most a frame carries on lifecycle and control links: 1 MiB.
    package static let lifecycleLimit = 1 << 20
    /// The most a frame carries on data links: 16 MiB.
    package static let dataLimit = 16 << 20

    /// The place of the first whole payload in `bytes`; nil if more bytes are needed.
    ///
    /// - Throws: `.length` as soon as the length is known and outside 2…`limit`.
    package static func next(in bytes: UnsafeRawBufferPointer, limit: Int) throws(FrameError) -> Range<Int>? {
        guard bytes.count >= 4 else { return nil }
        let length = Int(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
        guard length >= 2, length <= limit else { throw .length(length, limit: limit) }
        return bytes.count >= 4 + length ? 4..<(4 + length) : nil
    }

    /// Appends the length and `payload`.
    package static func append(_ payload: [UInt8], to output: inout [UInt8]) {
        output.reserveCapacity(output.count + 4 + payload.count)
        withUnsafeBytes(of: UInt32(payload.count).bigEndian) { output += $0 }
        output += payload
    }

    package static func framed(_ payload: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        append(payload, to: &output)
        return output
    }
}

/// Why a link is closed by its reader; there is no way back into step.
package enum FrameError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A length that no frame on this link has.
    case length(Int, limit: Int)
    /// Not one JSON object, or not a message of this link.
    case notAMessage(String)
    /// Fewer or more descriptors than the frame announced.
    case descriptors(expected: Int)
    /// Bytes after which the peer closed.
    case truncated

    package var description: String {
        switch self {
        case .length(let length, let limit): "a frame of \(length) bytes, where 2 to \(limit) are allowed"
        case .notAMessage(let reason): "not a message of this link: \(reason)"
        case .descriptors(let expected): "the frame announced \(expected) descriptors and others came"
        case .truncated: "the peer closed in the middle of a frame"
        }
    }
}
