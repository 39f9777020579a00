/// Turns frames to be sent into bytes (RFC 6455 §5.2).
package struct MessageWriter {
    private let fragmentBytes: Int
    private let makeMaskKey: (() -> UInt32)?

    /// The writer of a server, which does not mask (RFC 6455 §5.1).
    ///
    /// - Parameter fragmentBytes: Longer messages go out in such fragments (RFC 6455 §5.4); nil: never.
    /// - Returns: A writer for every frame of one connection or of many.
    package static func server(fragmentBytes: Int? = nil) -> MessageWriter {
        MessageWriter(fragmentBytes: max(1, fragmentBytes ?? .max), makeMaskKey: nil)
    }

    /// The writer of a client, which masks every frame with a key of its own (RFC 6455 §5.3).
    ///
    /// - Parameters:
    ///   - fragmentBytes: Longer messages go out in fragments of this size (RFC 6455 §5.4); nil: never.
    ///   - maskSource: Gives the next key; must be unpredictable (RFC 6455 §10.3).
    /// - Returns: A writer for every frame of one connection or of many.
    package static func client(
        fragmentBytes: Int? = nil,
        maskSource: @escaping () -> UInt32,
    ) -> MessageWriter {
        MessageWriter(fragmentBytes: max(1, fragmentBytes ?? .max), makeMaskKey: maskSource)
    }

    /// Appends the bytes of `frame`, in fragments if it is a message over the fragment size.
    package func append(_ frame: Frame, to output: inout [UInt8]) {
        var opcode = frame.opcode
        var rest = frame.payload[...]
        repeat {
            let piece = opcode.isControl ? rest : rest.prefix(fragmentBytes)
            rest = rest.dropFirst(piece.count)
            append(piece, opcode: opcode, isFinal: rest.isEmpty, to: &output)
            opcode = .continuation
        } while !rest.isEmpty
    }

    private func append(_ piece: ArraySlice<UInt8>, opcode: Opcode, isFinal: Bool, to output: inout [UInt8]) {
        let key = makeMaskKey?()
        FrameHeader(isFinal: isFinal, opcode: opcode, length: piece.count, maskKey: key).append(to: &output)
        let start = output.count
        output.append(contentsOf: piece)
        guard let key else { return }
        var mask = Mask(key: key)
        output.withUnsafeMutableBytes { all in
            mask.apply(to: UnsafeMutableRawBufferPointer(rebasing: all[start...]))
        }
    }
}
