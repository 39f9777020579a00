/// Bytes in, messages out: the receiving half of a connection (RFC 6455 §5, §6.2).
///
/// A pure value. Split anywhere, even inside a header or a character, a stream reads the same.
package struct MessageReader {
    /// Something whole that the peer sent.
    package enum Event: Equatable, Sendable {
        /// A message of valid UTF-8 (RFC 6455 §5.6).
        case text([UInt8])
        /// A message of any bytes (RFC 6455 §5.6).
        case binary([UInt8])
        /// Wants a pong with the same payload (RFC 6455 §5.5.2).
        case ping([UInt8])
        /// Answers a ping, or comes unasked (RFC 6455 §5.5.3).
        case pong([UInt8])
        /// The peer's last frame; a nil code means that it gave none (RFC 6455 §5.5.1, §7.1.5).
        case close(code: CloseCode?, reason: String)
    }

    private enum Ending {
        case closed
        case failed(WebSocketFault)
    }

    private let messageLimit: Int
    private var headers: HeaderReader
    /// The frame whose payload is being read, nil between frames.
    private var frame: FrameHeader?
    private var missing = 0
    private var mask: Mask?
    /// Text or binary, nil between messages.
    private var messageOpcode: Opcode?
    private var message = Payload()
    private var control = Payload()
    private var ending: Ending?

    /// A reader of what the other end sends to `role`.
    ///
    /// - Parameters:
    ///   - role: Which end we are.
    ///   - messageLimit: The most bytes of one message, fragments added up (RFC 6455 §10.4).
    package init(role: Role, messageLimit: Int) {
        self.messageLimit = messageLimit
        headers = HeaderReader(role: role)
    }

    /// Reads up to the end of the next event.
    ///
    /// After a close event all bytes are skipped (RFC 6455 §1.4); after a fault every call throws it again.
    ///
    /// - Parameters:
    ///   - bytes: What has been received.
    ///   - position: Where to go on in `bytes`; moved behind what was read, if nil is returned to the end.
    /// - Returns: nil if more bytes are needed.
    /// - Throws: As soon as the fault is certain. A length over the limit is refused before anything is
    ///   allocated for it, text at the first byte that cannot be UTF-8 (RFC 6455 §8.1).
    package mutating func next(
        _ bytes: UnsafeRawBufferPointer,
        position: inout Int,
    ) throws(WebSocketFault) -> Event? {
        switch ending {
        case .closed:
            position = bytes.count
            return nil
        case .failed(let fault):
            throw fault
        case nil:
            do throws(WebSocketFault) {
                return try read(bytes, &position)
            } catch {
                ending = .failed(error)
                throw error
            }
        }
    }

    private mutating func read(
        _ bytes: UnsafeRawBufferPointer,
        _ position: inout Int,
    ) throws(WebSocketFault) -> Event? {
        while frame != nil || position < bytes.count {
            guard let header = frame else {
                position += 1
                guard let header = try headers.next(bytes[position - 1]) else { continue }
                try begin(header)
                continue
            }
            let end = position + min(missing, bytes.count - position)
            try take(UnsafeRawBufferPointer(rebasing: bytes[position..<end]), of: header)
            position = end
            guard missing == 0 else { return nil }
            frame = nil
            if let event = try finish(header) { return event }
        }
        return nil
    }

    private mutating func begin(_ header: FrameHeader) throws(WebSocketFault) {
        switch header.opcode {
        case .continuation:
            guard messageOpcode != nil else { throw .nothingToContinue }
        case .text, .binary:
            guard messageOpcode == nil else { throw .messageInsideMessage }
            messageOpcode = header.opcode
            message = Payload(isText: header.opcode == .text)
        case .close, .ping, .pong:
            control = Payload()
        }
        if !header.opcode.isControl {
            guard header.length <= messageLimit - message.bytes.count else {
                throw .messageTooBig(limit: messageLimit)
            }
            // Only once per message: an exact reservation for each fragment would copy the message each time.
            if header.opcode != .continuation { message.reserve(header.length) }
        }
        (frame, missing, mask) = (header, header.length, header.maskKey.map(Mask.init))
    }

    private mutating func take(
        _ piece: UnsafeRawBufferPointer,
        of header: FrameHeader,
    ) throws(WebSocketFault) {
        missing -= piece.count
        if header.opcode.isControl {
            _ = control.append(piece, mask: &mask)
        } else {
            guard message.append(piece, mask: &mask) else { throw .textNotUTF8 }
        }
    }

    private mutating func finish(_ header: FrameHeader) throws(WebSocketFault) -> Event? {
        switch header.opcode {
        case .continuation, .text, .binary:
            return header.isFinal ? try finishMessage() : nil
        case .ping:
            return .ping(control.bytes)
        case .pong:
            return .pong(control.bytes)
        case .close:
            ending = .closed
            return try Self.parseClose(control.bytes)
        }
    }

    private mutating func finishMessage() throws(WebSocketFault) -> Event {
        guard message.isComplete else { throw .textNotUTF8 }
        let isText = messageOpcode == .text
        let bytes = message.bytes
        (message, messageOpcode) = (Payload(), nil)
        return isText ? .text(bytes) : .binary(bytes)
    }

    private static func parseClose(_ payload: [UInt8]) throws(WebSocketFault) -> Event {
        guard let high = payload.first else { return .close(code: nil, reason: "") }
        guard payload.count >= 2 else { throw .closePayloadTooShort }
        let number = UInt16(high) << 8 | UInt16(payload[1])
        guard let code = CloseCode(rawValue: number) else { throw .closeCodeNotAllowed(number) }
        guard let reason = String(validating: payload[2...], as: UTF8.self) else { throw .closeReasonNotUTF8 }
        return .close(code: code, reason: reason)
    }
}
