import Testing
import WebSocket

/// The examples of RFC 6455 §5.7, read and written.
@Suite struct FrameTests {
    static let hello = Array("Hello".utf8)
    static let bytes256 = (0..<256).map { UInt8($0) }
    static let bytes64K = (0..<65_536).map { UInt8($0 & 255) }

    @Test(arguments: [
        ("81 05 48 65 6c 6c 6f", Role.client, MessageReader.Event.text(hello)),
        ("81 85 37 fa 21 3d 7f 9f 4d 51 58", .server, .text(hello)),
        ("01 03 48 65 6c 80 02 6c 6f", .client, .text(hello)),
        ("89 05 48 65 6c 6c 6f", .client, .ping(hello)),
        ("8a 85 37 fa 21 3d 7f 9f 4d 51 58", .server, .pong(hello)),
    ])
    func `the examples of the RFC are read`(hex: String, role: Role, event: MessageReader.Event) throws {
        #expect(try Wire.read(Wire.bytes(hex), role: role) == [event])
    }

    @Test(arguments: [
        ("82 7e 01 00", bytes256),
        ("82 7f 00 00 00 00 00 01 00 00", bytes64K),
    ])
    func `the long examples of the RFC are read and written`(header: String, payload: [UInt8]) throws {
        var written: [UInt8] = []
        MessageWriter.server().append(.binary(payload), to: &written)
        #expect(written == Wire.bytes(header) + payload)
        #expect(try Wire.read(written, role: .client) == [.binary(payload)])
    }

    @Test(arguments: [
        (Frame.text(hello), "81 05 48 65 6c 6c 6f"),
        (.ping(hello), "89 05 48 65 6c 6c 6f"),
        (.pong(hello), "8a 05 48 65 6c 6c 6f"),
        (.close(nil), "88 00"),
        (.close(.normal), "88 02 03 e8"),
        (.close(.goingAway, reason: "bye"), "88 05 03 e9 62 79 65"),
        (.close(nil, reason: "no code, no reason"), "88 00"),
        (.text([]), "81 00"),
    ])
    func `a server writes without mask`(frame: Frame, hex: String) {
        var written: [UInt8] = []
        MessageWriter.server().append(frame, to: &written)
        #expect(written == Wire.bytes(hex))
    }

    @Test(arguments: [
        (Frame.text(hello), "81 85 37 fa 21 3d 7f 9f 4d 51 58"),
        (.pong(hello), "8a 85 37 fa 21 3d 7f 9f 4d 51 58"),
        (.close(.normal), "88 82 37 fa 21 3d 34 12"),
        (.ping(), "89 80 37 fa 21 3d"),
    ])
    func `a client writes with the mask it is given`(frame: Frame, hex: String) {
        var written: [UInt8] = []
        MessageWriter.client(maskSource: { 0x37fa_213d }).append(frame, to: &written)
        #expect(written == Wire.bytes(hex))
    }

    @Test(arguments: [
        (0, "81 00"), (125, "81 7d"), (126, "81 7e 00 7e"), (65_535, "81 7e ff ff"),
        (65_536, "81 7f 00 00 00 00 00 01 00 00"),
    ])
    func `a length has its shortest form`(count: Int, header: String) throws {
        let payload = [UInt8](repeating: 0x61, count: count)
        var written: [UInt8] = []
        MessageWriter.server().append(.text(payload), to: &written)
        #expect(written == Wire.bytes(header) + payload)
        #expect(try Wire.read(written, role: .client) == [.text(payload)])
    }

    @Test(arguments: [
        (String(repeating: "x", count: 123), 123), (String(repeating: "x", count: 124), 123),
        (String(repeating: "é", count: 62), 122), (String(repeating: "😀", count: 31), 120), ("", 0),
    ])
    func `a close reason is cut between characters`(reason: String, kept: Int) throws {
        let frame = Frame.close(.normal, reason: reason)
        #expect(frame.payload.count == 2 + kept)
        #expect(Array(reason.utf8.prefix(kept)) == Array(frame.payload.dropFirst(2)))
        #expect(String(validating: frame.payload.dropFirst(2), as: UTF8.self) != nil)
    }

    @Test func `a control payload is cut at 125 bytes`() {
        let long = [UInt8](repeating: 1, count: 200)
        #expect(Frame.ping(long).payload.count == 125)
        #expect(Frame.pong(long).payload.count == 125)
    }
}
