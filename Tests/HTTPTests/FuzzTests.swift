import HTTP
import Testing

struct FuzzTests {
    static let seeds: [[UInt8]] = RequestParserTests.valid.map { [UInt8]($0.utf8) }
    static let responses: [[UInt8]] = ResponseParserTests.valid.map { [UInt8]($0.text.utf8) }
    /// What a mutation likes to put in: bytes that mean something.
    static let alphabet = [UInt8]("\r\n\t :;,=\"\\/%.?#*0159aAfFx\0\u{7F}HTTP".utf8) + [0x80, 0xFF, 0x16]

    static func mutated(_ seed: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = seed
        for _ in 0...Int.random(in: 0...3, using: &generator) {
            let place = Int.random(in: 0..<max(bytes.count, 1), using: &generator)
            let byte = alphabet.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0..<5, using: &generator) {
            case 0 where place < bytes.count: bytes[place] = byte
            case 1: bytes.insert(byte, at: min(place, bytes.count))
            case 2 where place < bytes.count: bytes.remove(at: place)
            case 3: bytes.insert(contentsOf: bytes[place...].prefix(8), at: place)
            default: bytes = [UInt8](bytes[..<min(bytes.count, place + 1)])
            }
        }
        return bytes
    }

    @Test
    func `mutated requests are refused or read, the same in one piece and in many`() {
        var generator = SeededGenerator(state: 1)
        var refused = 0
        for round in 0..<20_000 {
            let bytes = Self.mutated(Self.seeds[round % Self.seeds.count], &generator)
            let whole = Reading.requests([bytes])
            let pieces = Reading.requests(bytes.pieces(of: Int.random(in: 1...9, using: &generator)))
            #expect(whole.fault == pieces.fault, "\(String(decoding: bytes, as: UTF8.self))")
            #expect(whole.messages == pieces.messages, "\(String(decoding: bytes, as: UTF8.self))")
            #expect(whole.consumed <= bytes.count)
            refused += whole.fault == nil ? 0 : 1
        }
        #expect((2000..<19_000).contains(refused))
    }

    @Test
    func `mutated responses are refused or read, the same in one piece and in many`() {
        var generator = SeededGenerator(state: 2)
        for round in 0..<10_000 {
            let bytes = Self.mutated(Self.responses[round % Self.responses.count], &generator)
            let size = Int.random(in: 1...9, using: &generator)
            let whole = Reading.responses([bytes], closes: true)
            let pieces = Reading.responses(bytes.pieces(of: size), closes: true)
            #expect(whole.fault == pieces.fault, "\(String(decoding: bytes, as: UTF8.self))")
            #expect(whole.messages == pieces.messages, "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test
    func `random bytes never take a parser out of bounds`() {
        var generator = SeededGenerator(state: 3)
        for round in 0..<10_000 {
            let count = Int.random(in: 0...200, using: &generator)
            let isTextual = round % 2 == 0
            let bytes = (0..<count).map { _ in
                isTextual
                    ? Self.alphabet.randomElement(using: &generator) ?? 0
                    : UInt8.random(in: 0...255, using: &generator)
            }
            #expect(Reading.requests([bytes]).consumed <= bytes.count)
            #expect(Reading.responses([bytes]).consumed <= bytes.count)
            let body =
                [UInt8]("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8) + bytes
            #expect(Reading.requests([body]).consumed <= body.count)
        }
    }
}
