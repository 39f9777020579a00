import Testing
import WebSocket

/// Text across frames and pieces (RFC 6455 §8.1; the limits of each form: RFC 3629 §4).
@Suite struct UTF8CheckTests {
    static let valid = [
        "", "00", "7f", "41 42 43", "c2 80", "df bf", "e0 a0 80", "e1 80 80", "ec bf bf", "ed 80 80",
        "ed 9f bf",
        "ee 80 80", "ef bf bf", "ef bb bf", "f0 90 80 80", "f1 80 80 80", "f3 bf bf bf", "f4 8f bf bf",
        "ce ba e1 bd b9 cf 83 ce bc ce b5", "41 e2 82 ac f0 9f 98 80 5a",
        "61 61 61 61 61 61 61 c3 a9 61 61 61 61",
        "61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 f0 9f 98 80 61 61 61 61 61 61 61 61 61 61 c3 a9",
    ]

    static let invalid = [
        "80", "bf", "41 80", "c0 80", "c0 af", "c1 bf", "c3 c3", "c3 41", "e0 80 80", "e0 9f bf", "e1 7f 80",
        "e1 c0 80", "e1 80 7f", "e1 80 c0", "ed a0 80", "ed bf bf", "ed ad bf ed b0 80", "ef bf 41",
        "f0 80 80 80",
        "f0 8f bf bf", "f1 7f 80 80", "f1 80 41 80", "f1 80 80 41", "f4 90 80 80", "f4 bf bf bf",
        "f5 80 80 80",
        "f8 88 80 80 80", "fc 84 80 80 80 80", "fe", "ff", "61 61 61 61 61 61 61 61 80",
        "61 61 61 61 61 61 61 ed a0 80 61 61 61 61 61 61 61", "ce ba e1 bd b9 cf 83 ce bc ce b5 ed a0 80 65",
    ]

    static let truncated = [
        "c2", "df", "e0", "e0 a0", "ed", "ed 9f", "ef bf", "f0", "f0 90", "f0 90 80", "f4 8f bf",
        "61 61 61 61 61 61 61 61 c3", "61 e2 82",
    ]

    @Test(arguments: valid)
    func `valid text is read, wherever frames and pieces are cut`(hex: String) throws {
        let text = Wire.bytes(hex)
        for cut in 0...text.count {
            for step in [1, 2, 5, .max] {
                #expect(try Wire.read(Self.inTwoFrames(text, cut: cut), step: step) == [.text(text)])
            }
        }
    }

    @Test(arguments: invalid + truncated)
    func `text that is not UTF-8 is refused, wherever frames and pieces are cut`(hex: String) {
        let text = Wire.bytes(hex)
        for cut in 0...text.count {
            for step in [1, 2, 5, .max] {
                #expect(Wire.fault(Self.inTwoFrames(text, cut: cut), step: step) == .textNotUTF8)
            }
        }
    }

    @Test(arguments: invalid + truncated)
    func `binary may be anything`(hex: String) throws {
        #expect(try Wire.read(Wire.frame(0x82, Wire.bytes(hex))) == [.binary(Wire.bytes(hex))])
    }

    @Test(arguments: truncated)
    func `a character that is not whole fails only at the end of its message`(hex: String) throws {
        #expect(try Wire.read(Wire.frame(0x01, Wire.bytes(hex)) + Wire.frame(0x00)).isEmpty)
    }

    @Test(arguments: [
        ("f4 90", 2), ("ed a0", 2), ("e0 9f", 2), ("41 c0", 2), ("f0 8f", 2), ("41 42 43 ff", 4),
    ])
    func `invalid text fails before its frame is whole`(hex: String, count: Int) {
        let stream = Wire.frame(0x81, Wire.bytes(hex) + [UInt8](repeating: 0x41, count: 50))
        #expect(Wire.fault(Array(stream.prefix(6 + count - 1)), step: 1) == nil)
        #expect(Wire.fault(Array(stream.prefix(6 + count)), step: 1) == .textNotUTF8)
        #expect(Wire.fault(Array(stream.prefix(6 + count))) == .textNotUTF8)
    }

    @Test(arguments: 0..<UInt64(8))
    func `the verdict is that of the standard library`(seed: UInt64) {
        let alphabet: [UInt8] = [
            0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC2, 0xE0, 0xE1, 0xED, 0xF0, 0xF4, 0xF5,
        ]
        var dice = Dice(seed: seed)
        for _ in 0..<2000 {
            let text = (0..<Int.random(in: 0...6, using: &dice)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &dice)]
            }
            let isValid = String(validating: text, as: UTF8.self) != nil
            #expect((Wire.fault(Wire.frame(0x81, text)) == nil) == isValid, "\(text)")
        }
    }

    private static func inTwoFrames(_ text: [UInt8], cut: Int) -> [UInt8] {
        Wire.frame(0x01, Array(text[..<cut])) + Wire.frame(0x80, Array(text[cut...]), key: [9, 0, 200, 77])
    }
}
