import Testing
import WebSocket

/// Streams that break one rule each, with the section that says so.
@Suite struct MalformedTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let hex: String
        let section: String
        let code: CloseCode
        let fault: WebSocketFault
        var testDescription: String { "\(hex) (\(section))" }

        init(_ hex: String, _ section: String, _ code: CloseCode, _ fault: WebSocketFault) {
            (self.hex, self.section, self.code, self.fault) = (hex, section, code, fault)
        }
    }

    static let toServer = [
        Row("c1 80 00000000", "5.2", .protocolError, .reservedBits),
        Row("a1 80 00000000", "5.2", .protocolError, .reservedBits),
        Row("91 80 00000000", "5.2", .protocolError, .reservedBits),
        Row("f1 80 00000000", "5.2", .protocolError, .reservedBits),
        Row("c8 80 00000000", "5.2", .protocolError, .reservedBits),
        Row("99 80 00000000", "5.2", .protocolError, .reservedBits),
        Row("01 80 00000000 c0 80 00000000", "5.2", .protocolError, .reservedBits),
        Row("83 80 00000000", "5.2", .protocolError, .reservedOpcode(3)),
        Row("84 80 00000000", "5.2", .protocolError, .reservedOpcode(4)),
        Row("85 80 00000000", "5.2", .protocolError, .reservedOpcode(5)),
        Row("86 80 00000000", "5.2", .protocolError, .reservedOpcode(6)),
        Row("87 80 00000000", "5.2", .protocolError, .reservedOpcode(7)),
        Row("8b 80 00000000", "5.2", .protocolError, .reservedOpcode(11)),
        Row("8c 80 00000000", "5.2", .protocolError, .reservedOpcode(12)),
        Row("8d 80 00000000", "5.2", .protocolError, .reservedOpcode(13)),
        Row("8e 80 00000000", "5.2", .protocolError, .reservedOpcode(14)),
        Row("8f 80 00000000", "5.2", .protocolError, .reservedOpcode(15)),
        Row("81 00", "5.1", .protocolError, .notMasked),
        Row("82 05 48656c6c6f", "5.1", .protocolError, .notMasked),
        Row("88 00", "5.1", .protocolError, .notMasked),
        Row("89 00", "5.1", .protocolError, .notMasked),
        Row("81 fe 0000 00000000", "5.2", .protocolError, .lengthNotMinimal),
        Row("81 fe 007d 00000000", "5.2", .protocolError, .lengthNotMinimal),
        Row("82 ff 0000000000000000 00000000", "5.2", .protocolError, .lengthNotMinimal),
        Row("82 ff 000000000000007d 00000000", "5.2", .protocolError, .lengthNotMinimal),
        Row("82 ff 000000000000ffff 00000000", "5.2", .protocolError, .lengthNotMinimal),
        Row("82 ff 8000000000000000 00000000", "5.2", .protocolError, .lengthOutOfRange),
        Row("82 ff ffffffffffffffff 00000000", "5.2", .protocolError, .lengthOutOfRange),
        Row("08 80 00000000", "5.5", .protocolError, .controlFragmented),
        Row("09 80 00000000", "5.5", .protocolError, .controlFragmented),
        Row("0a 80 00000000", "5.5", .protocolError, .controlFragmented),
        Row("01 80 00000000 09 80 00000000", "5.5", .protocolError, .controlFragmented),
        Row("88 fe 007e 00000000", "5.5", .protocolError, .controlTooLong),
        Row("89 fe 007e 00000000", "5.5", .protocolError, .controlTooLong),
        Row("8a ff 0000000000010000 00000000", "5.5", .protocolError, .controlTooLong),
        Row("80 80 00000000", "5.4", .protocolError, .nothingToContinue),
        Row("00 80 00000000", "5.4", .protocolError, .nothingToContinue),
        Row("81 80 00000000 80 80 00000000", "5.4", .protocolError, .nothingToContinue),
        Row("01 80 00000000 80 80 00000000 80 80 00000000", "5.4", .protocolError, .nothingToContinue),
        Row("89 80 00000000 00 80 00000000", "5.4", .protocolError, .nothingToContinue),
        Row("01 80 00000000 81 80 00000000", "5.4", .protocolError, .messageInsideMessage),
        Row("01 80 00000000 01 80 00000000", "5.4", .protocolError, .messageInsideMessage),
        Row("02 80 00000000 81 80 00000000", "5.4", .protocolError, .messageInsideMessage),
        Row("01 80 00000000 89 80 00000000 82 80 00000000", "5.4", .protocolError, .messageInsideMessage),
        Row("88 81 00000000 03", "5.5.1", .protocolError, .closePayloadTooShort),
        Row("88 82 00000000 0000", "7.4.2", .protocolError, .closeCodeNotAllowed(0)),
        Row("88 82 00000000 03e7", "7.4.2", .protocolError, .closeCodeNotAllowed(999)),
        Row("88 82 00000000 03ec", "7.4.1", .protocolError, .closeCodeNotAllowed(1004)),
        Row("88 82 00000000 03ed", "7.4.1", .protocolError, .closeCodeNotAllowed(1005)),
        Row("88 82 00000000 03ee", "7.4.1", .protocolError, .closeCodeNotAllowed(1006)),
        Row("88 82 00000000 03f7", "7.4.1", .protocolError, .closeCodeNotAllowed(1015)),
        Row("88 83 00000000 03e8ff", "5.5.1", .invalidPayload, .closeReasonNotUTF8),
        Row("88 84 00000000 03e8c3c3", "5.5.1", .invalidPayload, .closeReasonNotUTF8),
        Row("88 85 00000000 03e8eda080", "8.1", .invalidPayload, .closeReasonNotUTF8),
        Row("88 83 00000000 03e8e2", "8.1", .invalidPayload, .closeReasonNotUTF8),
        Row("81 81 00000000 80", "8.1", .invalidPayload, .textNotUTF8),
        Row("81 81 00000000 c3", "8.1", .invalidPayload, .textNotUTF8),
        Row("01 81 00000000 c3 80 81 00000000 41", "8.1", .invalidPayload, .textNotUTF8),
        Row("01 81 00000000 c3 80 80 00000000", "8.1", .invalidPayload, .textNotUTF8),
        Row("82 fe 0401 00000000", "10.4", .tooBig, .messageTooBig(limit: 1024)),
        Row("82 ff 7fffffffffffffff 00000000", "10.4", .tooBig, .messageTooBig(limit: 1024)),
    ]

    static let toClient = [
        Row("81 80 00000000", "5.1", .protocolError, .masked),
        Row("82 85 37fa213d 7f9f4d5158", "5.1", .protocolError, .masked),
        Row("88 80 00000000", "5.1", .protocolError, .masked),
        Row("8a 80 00000000", "5.1", .protocolError, .masked),
        Row("c1 00", "5.2", .protocolError, .reservedBits),
        Row("83 00", "5.2", .protocolError, .reservedOpcode(3)),
        Row("81 7e 007d", "5.2", .protocolError, .lengthNotMinimal),
        Row("82 7f 8000000000000000", "5.2", .protocolError, .lengthOutOfRange),
        Row("89 7e 007e", "5.5", .protocolError, .controlTooLong),
        Row("09 00", "5.5", .protocolError, .controlFragmented),
        Row("80 00", "5.4", .protocolError, .nothingToContinue),
        Row("88 01 03", "5.5.1", .protocolError, .closePayloadTooShort),
        Row("82 7e 0401", "10.4", .tooBig, .messageTooBig(limit: 1024)),
    ]

    @Test(arguments: toServer)
    func `a server refuses what a client must not send`(row: Row) { expect(row, role: .server) }

    @Test(arguments: toClient)
    func `a client refuses what a server must not send`(row: Row) { expect(row, role: .client) }

    @Test(arguments: toServer)
    func `a refusal fits a close frame`(row: Row) {
        let reason = row.fault.reason
        #expect(Frame.close(row.fault.closeCode, reason: reason).payload.count == 2 + reason.utf8.count)
    }

    @Test func `after a fault every call throws it again`() throws {
        var reader = MessageReader(role: .server, messageLimit: 10)
        for stream in ["81 00", "81 80 00000000", "89 80 00000000"] {
            #expect(throws: WebSocketFault.notMasked) { try Wire.read(Wire.bytes(stream), by: &reader) }
        }
    }

    @Test func `after a close frame the rest is skipped`() throws {
        let stream = Wire.frame(0x88, [0x03, 0xE8]) + Wire.bytes("ff ff ff ff") + Wire.frame(0x81, [0x41])
        for step in [1, 3, .max] {
            #expect(try Wire.read(stream, step: step) == [.close(code: .normal, reason: "")])
        }
    }

    private func expect(_ row: Row, role: Role) {
        let stream = Wire.bytes(row.hex)
        for step in [1, 2, 3, 7, .max] {
            let fault = Wire.fault(stream, role: role, limit: 1024, step: step)
            #expect(fault == row.fault)
            #expect(fault?.closeCode == row.code)
        }
    }
}
