/// Checks the extensions behind one chunk size, which mean nothing to us.
///
///     5 ; name = "a \" value" ; flag\r
///
/// - Source: RFC 9112 §7.1.1: *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ); white space must be
///   followed by one of them.
struct ChunkExtensions {
    private enum State {
        /// White space behind the size or a finished extension.
        case between
        case beforeName
        case name
        case afterName
        case beforeValue
        case token
        case quoted
        case escaped
        case afterQuoted
    }

    /// The most bytes of the extensions of one chunk.
    static let limitBytes = 256

    private var state = State.afterQuoted
    private var count = 0

    /// Takes one byte; true: it was the CR that ends the line.
    mutating func accept(_ byte: UInt8) throws(HTTPFault) -> Bool {
        count += 1
        guard count <= Self.limitBytes else { throw .chunkExtensionTooLong }
        guard byte != Byte.lineFeed else { throw .bareLF }
        if byte == Byte.carriageReturn {
            guard mayEnd else { throw .invalidChunkExtension }
            return true
        }
        guard !Byte.isControl(byte), let following = state(after: byte) else { throw .invalidChunkExtension }
        state = following
        return false
    }

    private var mayEnd: Bool {
        switch state {
        case .name, .token, .afterQuoted: true
        case .between, .beforeName, .afterName, .beforeValue, .quoted, .escaped: false
        }
    }

    /// The state after a byte; nil: it may not stand there.
    private func state(after byte: UInt8) -> State? {
        let isSpace = Byte.isWhitespace(byte)
        let isToken = ByteSet.token.contains(byte)
        switch state {
        case .between: return isSpace ? .between : byte == Byte.semicolon ? .beforeName : nil
        case .beforeName: return isSpace ? .beforeName : isToken ? .name : nil
        case .name: return isToken ? .name : afterName(byte)
        case .afterName: return afterName(byte)
        case .beforeValue:
            return isSpace ? .beforeValue : byte == Byte.quote ? .quoted : isToken ? .token : nil
        case .token: return isToken ? .token : afterValue(byte)
        case .quoted: return byte == Byte.quote ? .afterQuoted : byte == Byte.backslash ? .escaped : .quoted
        case .escaped: return .quoted
        case .afterQuoted: return afterValue(byte)
        }
    }

    private func afterName(_ byte: UInt8) -> State? {
        if Byte.isWhitespace(byte) { return .afterName }
        return byte == Byte.equals ? .beforeValue : byte == Byte.semicolon ? .beforeName : nil
    }

    private func afterValue(_ byte: UInt8) -> State? {
        if Byte.isWhitespace(byte) { return .between }
        return byte == Byte.semicolon ? .beforeName : nil
    }
}
