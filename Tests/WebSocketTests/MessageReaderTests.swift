import Testing
import WebSocket

@Suite struct MessageReaderTests {
    static let hello = Array("Hello".utf8)
    static let long = (0..<300).map { UInt8($0 % 251) }
    static let letters = (0..<70_000).map { UInt8(0x61 + $0 % 26) }

    static let streams: [([UInt8], [MessageReader.Event])] = [
        (Wire.frame(0x81, hello) + Wire.frame(0x82, long), [.text(hello), .binary(long)]),
        (Wire.frame(0x81) + Wire.frame(0x82) + Wire.frame(0x89), [.text([]), .binary([]), .ping([])]),
        (
            Wire.frame(0x01, [0x48]) + Wire.frame(0x89, [1]) + Wire.frame(0x00, [0x65, 0x6C])
                + Wire.frame(0x8A, [2]) + Wire.frame(0x80, [0x6C, 0x6F]),
            [.ping([1]), .pong([2]), .text(hello)]
        ),
        (Wire.frame(0x02) + Wire.frame(0x00) + Wire.frame(0x00, [7]) + Wire.frame(0x80), [.binary([7])]),
        (
            Wire.frame(0x01, [0xE2]) + Wire.frame(0x89) + Wire.frame(0x00, [0x82]) + Wire.frame(0x80, [0xAC]),
            [.ping([]), .text([0xE2, 0x82, 0xAC])]
        ),
        (Wire.frame(0x88), [.close(code: nil, reason: "")]),
        (Wire.frame(0x88, [0x0F, 0xA1]), [.close(code: .application(1), reason: "")]),
        (
            Wire.frame(0x01, [0x48]) + Wire.frame(0x88, [0x03, 0xE9] + Array("bye é".utf8)),
            [.close(code: .goingAway, reason: "bye é")]
        ),
        (
            Wire.frame(0x89, [UInt8](repeating: 3, count: 125), key: [255, 254, 253, 252]),
            [.ping([UInt8](repeating: 3, count: 125))]
        ),
    ]

    @Test(arguments: streams)
    func `a stream reads the same, split in two at every byte`(
        stream: [UInt8],
        events: [MessageReader.Event],
    ) throws {
        for cut in 0...stream.count {
            var reader = MessageReader(role: .server, messageLimit: 1000)
            let first = try Wire.read(Array(stream[..<cut]), by: &reader)
            let second = try Wire.read(Array(stream[cut...]), by: &reader)
            #expect(first + second == events)
        }
    }

    @Test(arguments: streams)
    func `a stream reads the same in pieces of every size`(
        stream: [UInt8],
        events: [MessageReader.Event],
    ) throws {
        for step in 1...stream.count { #expect(try Wire.read(stream, step: step) == events) }
    }

    @Test(arguments: [1, 2, 3, 5, 7, 8, 9, 13, 100, 1000, 4096, 65_537, .max])
    func `a long masked message reads the same in pieces of any size`(step: Int) throws {
        let stream = Wire.frame(0x81, Self.letters, key: [0xDE, 0xAD, 0xBE, 0xEF])
        #expect(try Wire.read(stream, step: step) == [.text(Self.letters)])
    }

    @Test func `the position stands behind the event that was read`() throws {
        let stream = Wire.frame(0x81, Self.hello) + Wire.frame(0x82, [1, 2]) + [0x81]
        var reader = MessageReader(role: .server, messageLimit: 1000)
        var positions: [Int] = []
        try stream.withUnsafeBytes { bytes in
            var position = 0
            while try reader.next(bytes, position: &position) != nil { positions.append(position) }
            positions.append(position)
        }
        #expect(positions == [11, 19, 20])
    }

    @Test(arguments: [
        ([10], 10, true), ([11], 10, false), ([5, 5], 10, true), ([5, 6], 10, false),
        ([0, 0, 10, 0], 10, true),
        ([10, 0, 1], 10, false), ([0], 0, true), ([1], 0, false), ([9, 1], 10, true),
        ([70_000], 69_999, false),
        ([70_000], 70_000, true), ([3, 3, 3, 3], 11, false), ([3, 3, 3, 3], 12, true), ([126], 125, false),
    ])
    func `the limit holds for the whole message`(fragments: [Int], limit: Int, isWithin: Bool) {
        var stream: [UInt8] = []
        for (index, count) in fragments.enumerated() {
            let isLast: UInt8 = index == fragments.count - 1 ? 0x80 : 0
            stream += Wire.frame(isLast | (index == 0 ? 2 : 0), [UInt8](repeating: 1, count: count))
        }
        #expect(Wire.fault(stream, limit: limit) == (isWithin ? nil : .messageTooBig(limit: limit)))
    }

    @Test(arguments: ["82 ff 7fffffffffffffff 01020304", "81 ff 0000000000100001 01020304"])
    func `a message over the limit is refused at its header`(hex: String) {
        #expect(Wire.fault(Wire.bytes(hex), limit: 1 << 20) == .messageTooBig(limit: 1 << 20))
    }

    @Test func `control frames do not count against the limit`() throws {
        let stream = Wire.frame(0x01, [0x61]) + Wire.frame(0x89, Self.hello) + Wire.frame(0x80, [0x62])
        #expect(try Wire.read(stream, limit: 2) == [.ping(Self.hello), .text([0x61, 0x62])])
    }

    @Test func `each message has the whole limit`() throws {
        let stream = Wire.frame(0x81, Self.hello) + Wire.frame(0x81, Self.hello)
        #expect(try Wire.read(stream, limit: 5) == [.text(Self.hello), .text(Self.hello)])
    }

    @Test(arguments: 0..<UInt64(16))
    func `random bytes never crash`(seed: UInt64) {
        var dice = Dice(seed: seed)
        for round in 0..<500 {
            let bytes = dice.bytes(Int.random(in: 0...64, using: &dice))
            let step = Int.random(in: 1...64, using: &dice)
            _ = Wire.fault(bytes, role: round.isMultiple(of: 2) ? .server : .client, limit: 40, step: step)
        }
    }

    @Test(arguments: 0..<UInt64(16))
    func `streams with a few wrong bits never crash and fail alike in any pieces`(seed: UInt64) {
        var dice = Dice(seed: seed)
        for (stream, _) in Self.streams {
            for _ in 0..<40 {
                var broken = stream
                broken[Int.random(in: 0..<broken.count, using: &dice)] ^=
                    1 << UInt8.random(in: 0..<8, using: &dice)
                let whole = Wire.fault(broken, limit: 400)
                #expect(Wire.fault(broken, limit: 400, step: Int.random(in: 1...9, using: &dice)) == whole)
            }
        }
    }
}
