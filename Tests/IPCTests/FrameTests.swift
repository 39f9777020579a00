import IPC
import Testing

@Suite struct FrameTests {
    private static let limit = 64

    @Test(arguments: [2, 3, 63, 64])
    func `a frame is found when its last byte is there, and not before`(length: Int) throws {
        let frame = Frame.framed([UInt8](repeating: 7, count: length)) + [1, 2, 3]
        for count in 0..<(4 + length) {
            #expect(try next(Array(frame.prefix(count))) == nil)
        }

        #expect(try next(Array(frame.prefix(4 + length))) == 4..<(4 + length))
        #expect(try next(frame) == 4..<(4 + length))
    }

    @Test(arguments: [
        ([UInt8]([0, 0, 0, 0]), 0), ([0, 0, 0, 1], 1), ([0, 0, 0, 65], 65), ([0, 0, 1, 0], 256),
        ([0xff, 0xff, 0xff, 0xff], 4_294_967_295), ([0x80, 0, 0, 2], 2_147_483_650),
        ([0, 0, 0, 0, 0x7b, 0x7d], 0),
    ])
    func `a length that no frame has is refused as soon as it is known`(bytes: [UInt8], length: Int) {
        #expect(throws: FrameError.length(length, limit: 64)) { try next(bytes) }
    }

    @Test func `the length is big-endian and does not count itself`() {
        #expect(Frame.framed(Array("{\"start\":{}}".utf8)).prefix(5) == [0, 0, 0, 12, 0x7b])
        #expect(Frame.framed([UInt8](repeating: 0, count: 0x0102_0304)).prefix(4) == [1, 2, 3, 4])
    }

    @Test func `frames are appended behind each other`() throws {
        var output: [UInt8] = []
        for payload in ["{}", "{\"a\":1}"] { Frame.append(Array(payload.utf8), to: &output) }
        let first = try #require(try next(output))
        let second = try #require(try next(Array(output[first.upperBound...])))

        #expect(output[first] == Array("{}".utf8)[...])
        #expect(output[first.upperBound...].dropFirst(4).prefix(second.count) == Array("{\"a\":1}".utf8)[...])
    }

    @Test(arguments: [
        (FrameError.length(1, limit: 64), "a frame of 1 bytes, where 2 to 64 are allowed"),
        (.notAMessage("x"), "not a message of this link: x"),
        (.descriptors(expected: 2), "the frame announced 2 descriptors and others came"),
        (.truncated, "the peer closed in the middle of a frame"),
    ])
    func `a fault has a sentence`(fault: FrameError, text: String) {
        #expect(fault.description == text)
    }

    private func next(_ bytes: [UInt8]) throws -> Range<Int>? {
        try bytes.withUnsafeBytes { bytes throws(FrameError) in try Frame.next(in: bytes, limit: Self.limit) }
    }
}
