import WebSocket

/// Bytes on the wire, as tests write and read them.
enum Wire {
    /// The bytes of pairs of hexadecimal digits; blanks are only for the eye.
    static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// A frame whose first byte and key may break any rule; nil: not masked.
    static func frame(_ first: UInt8, _ payload: [UInt8] = [], key: [UInt8]? = [1, 2, 3, 4]) -> [UInt8] {
        let maskBit: UInt8 = key == nil ? 0 : 0x80
        let length: [UInt8]
        switch payload.count {
        case ..<126: length = [maskBit | UInt8(payload.count)]
        case ..<65_536: length = [maskBit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: length = [maskBit | 127] + (0..<8).map { UInt8(payload.count >> (56 - 8 * $0) & 255) }
        }
        let body = payload.enumerated().map { $1 ^ (key?[$0 % 4] ?? 0) }
        return [first] + length + (key ?? []) + body
    }

    /// All events of `stream`, given to the reader in pieces of `step` bytes.
    static func read(
        _ stream: [UInt8],
        by reader: inout MessageReader,
        step: Int = .max,
    ) throws(WebSocketFault) -> [MessageReader.Event] {
        var events: [MessageReader.Event] = []
        var rest = stream[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(step))
            rest = rest.dropFirst(piece.count)
            var position = 0
            while let event = try next(piece, by: &reader, position: &position) { events.append(event) }
        }
        return events
    }

    /// All events of `stream` for a fresh reader.
    static func read(
        _ stream: [UInt8],
        role: Role = .server,
        limit: Int = 1 << 20,
        step: Int = .max,
    ) throws(WebSocketFault) -> [MessageReader.Event] {
        var reader = MessageReader(role: role, messageLimit: limit)
        return try read(stream, by: &reader, step: step)
    }

    /// The fault in `stream`, nil if there is none.
    static func fault(_ stream: [UInt8], role: Role = .server, limit: Int = 1 << 20, step: Int = .max)
        -> WebSocketFault?
    {
        do throws(WebSocketFault) {
            _ = try read(stream, role: role, limit: limit, step: step)
            return nil
        } catch {
            return error
        }
    }

    private static func next(
        _ piece: [UInt8],
        by reader: inout MessageReader,
        position: inout Int,
    ) throws(WebSocketFault) -> MessageReader.Event? {
        var result: Result<MessageReader.Event?, WebSocketFault> = .success(nil)
        piece.withUnsafeBytes { bytes in
            do throws(WebSocketFault) {
                result = .success(try reader.next(bytes, position: &position))
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }
}
