import Testing
import WebSocket

@Suite struct MessageWriterTests {
    static let messages: [[UInt8]] = [
        [], Array("a".utf8), Array("Grüße, κόσμε 😀".utf8), [UInt8](repeating: 0x62, count: 126),
        Array(String(repeating: "€", count: 30_000).utf8),
    ]

    @Test(arguments: [Role.server, .client], [nil, 1, 2, 3, 7, 125, 126, 65_536] as [Int?])
    func `what one end writes the other reads`(reader: Role, fragmentBytes: Int?) throws {
        let writer = Self.writer(to: reader, fragmentBytes: fragmentBytes)
        for message in Self.messages where fragmentBytes.map({ $0 > 2 }) ?? true || message.count < 1000 {
            var written: [UInt8] = []
            writer.append(.text(message), to: &written)
            writer.append(.ping([1, 2, 3]), to: &written)
            writer.append(.binary(message), to: &written)
            writer.append(.pong(), to: &written)
            writer.append(.close(.normal, reason: "done"), to: &written)
            let events = try Wire.read(written, role: reader, step: 1009)
            #expect(
                events == [
                    .text(message), .ping([1, 2, 3]), .binary(message), .pong([]),
                    .close(code: .normal, reason: "done"),
                ]
            )
        }
    }

    @Test(arguments: [Role.server, .client])
    func `pings may come between fragments`(reader: Role) throws {
        let text = Self.messages[2]
        let fragments = Self.frames(of: text, to: reader, fragmentBytes: 3)
        var written: [UInt8] = []
        for fragment in fragments {
            written += fragment
            Self.writer(to: reader).append(.ping([9]), to: &written)
        }
        var expected = [MessageReader.Event](repeating: .ping([9]), count: fragments.count)
        expected.insert(.text(text), at: fragments.count - 1)
        for step in [1, 4, .max] { #expect(try Wire.read(written, role: reader, step: step) == expected) }
    }

    @Test(arguments: [(0, 1), (1, 1), (4, 1), (5, 2), (8, 2), (9, 3)])
    func `a message has as many fragments as it needs`(count: Int, fragments: Int) {
        let message = [UInt8](repeating: 0x61, count: count)
        var written: [UInt8] = []
        MessageWriter.server(fragmentBytes: 4).append(.text(message), to: &written)
        #expect(written.count == count + 2 * fragments)
        #expect(written[0] == (fragments == 1 ? 0x81 : 0x01))
    }

    @Test func `a control frame is never fragmented`() {
        var written: [UInt8] = []
        MessageWriter.server(fragmentBytes: 1).append(.ping([1, 2, 3]), to: &written)
        #expect(written == [0x89, 3, 1, 2, 3])
    }

    @Test(arguments: [0, -5])
    func `a fragment has at least one byte`(fragmentBytes: Int) throws {
        var written: [UInt8] = []
        MessageWriter.server(fragmentBytes: fragmentBytes).append(.text([0x61, 0x62]), to: &written)
        #expect(written == [0x01, 1, 0x61, 0x80, 1, 0x62])
    }

    @Test func `every frame of a client has a key of its own`() {
        let keys = Keys()
        var written: [UInt8] = []
        let writer = MessageWriter.client(fragmentBytes: 1, maskSource: keys.next)
        writer.append(.binary([0, 0, 0]), to: &written)
        #expect(written == Wire.bytes("02 81 00000001 00 00 81 00000002 00 80 81 00000003 00"))
    }

    @Test(arguments: 0..<UInt64(4))
    func `random messages survive both ways`(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        for _ in 0..<50 {
            let message = dice.bytes(Int.random(in: 0...400, using: &dice))
            let size = Int.random(in: 1...130, using: &dice)
            for reader in [Role.server, .client] {
                var written: [UInt8] = []
                Self.writer(to: reader, fragmentBytes: size).append(.binary(message), to: &written)
                let step = Int.random(in: 1...50, using: &dice)
                #expect(try Wire.read(written, role: reader, step: step) == [.binary(message)])
            }
        }
    }

    private final class Keys {
        private var last: UInt32 = 0

        func next() -> UInt32 {
            last += 1
            return last
        }
    }

    private static func writer(to reader: Role, fragmentBytes: Int? = nil) -> MessageWriter {
        switch reader {
        case .server: .client(fragmentBytes: fragmentBytes, maskSource: { 0xA1B2_C3D4 })
        case .client: .server(fragmentBytes: fragmentBytes)
        }
    }

    private static func frames(of text: [UInt8], to reader: Role, fragmentBytes: Int) -> [[UInt8]] {
        var written: [UInt8] = []
        writer(to: reader, fragmentBytes: fragmentBytes).append(.text(text), to: &written)
        let headerBytes = reader == .server ? 6 : 2
        var rest = written[...]
        var frames: [[UInt8]] = []
        while let length = rest.dropFirst().first {
            frames.append(Array(rest.prefix(headerBytes + Int(length & 0x7F))))
            rest = rest.dropFirst(headerBytes + Int(length & 0x7F))
        }
        return frames
    }
}
