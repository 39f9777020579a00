import Glibc

/// What libFuzzer gave, and the pieces in which a reader gets the same bytes once more.
struct FuzzInput {
    /// The bytes.
    let bytes: [UInt8]
    /// FNV-1a of the bytes: decides whatever an input leaves open, so that one input is one behaviour.
    let hash: Int

    /// The bytes at `data`.
    init(_ data: UnsafePointer<UInt8>?, _ count: Int) {
        bytes = Array(UnsafeBufferPointer(start: data, count: count))
        let word = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        hash = Int(truncatingIfNeeded: word >> 1)
    }

    /// Where the pieces end: in one, and in two or in many small ones.
    var divisions: [[Int]] {
        let size = 1 + hash >> 8 % 13
        let isInTwo = hash & 0x1000 == 0
        let inTwo = [hash % (bytes.count + 1), bytes.count]
        let inMany = Array(stride(from: size, to: bytes.count, by: size)) + [bytes.count]
        return [[bytes.count], isInTwo ? inTwo : inMany]
    }

    /// Hands the bytes over as a connection does, what was not consumed again with the next piece.
    ///
    /// Each time in memory of its own and of exact size, so that AddressSanitizer sees a step too far.
    ///
    /// - Returns: How many bytes were consumed.
    func feed(_ ends: [Int], _ body: (UnsafeRawBufferPointer) -> (consumed: Int, goesOn: Bool)) -> Int {
        var position = 0
        for end in ends {
            let count = end - position
            let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
            defer { piece.deallocate() }
            piece.copyBytes(from: bytes[position..<end])
            let (consumed, goesOn) = body(UnsafeRawBufferPointer(piece))
            expect((0...count).contains(consumed), "consumed \(consumed) of \(count) bytes")
            position += consumed
            guard goesOn else { break }
        }
        return position
    }
}

/// Stops with a message, which `precondition` has none of when optimised.
func expect(_ isTrue: Bool, _ message: @autoclosure () -> String = "", line: UInt = #line) {
    guard isTrue else { fatalError("line \(line): \(message())") }
}

/// Writes the seeds of the target as files into the directory that `FUZZ_SEEDS` names, if it names one.
@c
public func LLVMFuzzerInitialize(
    _: UnsafeMutablePointer<CInt>,
    _: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
    guard let directory = getenv("FUZZ_SEEDS").map({ String(cString: $0) }) else { return 0 }
    for (number, seed) in seeds.enumerated() {
        guard let file = fopen("\(directory)/seed-\(number)", "w") else { return 1 }
        fwrite(seed, 1, seed.count, file)
        fclose(file)
    }
    return 0
}
