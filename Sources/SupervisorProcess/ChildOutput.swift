import Events
import Posix

/// What a child writes to its standard output and error: passed on as it comes, and the end of it kept.
///
/// Nothing is split into lines until somebody asks.
final class ChildOutput {
    /// The most lines that are kept for `tail` and `status`.
    static let keptLines = 256
    private static let pipeBytes = 1 << 20
    private static let keptBytes = 64 << 10
    /// After so many bytes others come first: about 100 MB/s, far more than anybody can read.
    private static let burst = 256 << 10
    private static let rest = Duration.milliseconds(2)
    /// The most bytes of a line that has not ended yet.
    private static let lineLimit = 8192

    /// The end that the child writes to; it outlives children, so that nothing of a dead one is lost.
    let writeEnd: Descriptor
    private let stream: ByteStream
    private let input: InputBuffer
    private var recent: [UInt8] = []
    private var followers: [Int: ([UInt8]) -> Void] = [:]
    private var lastFollower = 0
    private let loop: EventLoop

    init(on loop: EventLoop) throws(Errno) {
        self.loop = loop
        let (read, write) = try makePipe(capacity: Self.pipeBytes)
        writeEnd = Descriptor(owning: write)
        stream = try ByteStream(Descriptor(owning: read), .source, on: loop)
        input = stream.makeInput()
    }

    /// Told lines as they come.
    var onLines: ([UInt8]) -> Void = { _ in }

    /// Passes whole lines on until closed.
    func run() async {
        var taken = 0
        while let count = try? await stream.read(into: input), count > 0 {
            taken += count
            if taken > Self.burst {
                taken = 0
                await loop.sleep(for: Self.rest)
            }
            pass()
        }
    }

    /// Takes what a process has left, as it may have ended in the turn in which it wrote.
    func takeAll() {
        var rest = Self.pipeBytes
        while rest > 0, let count = try? stream.readNow(into: input), count > 0 {
            rest -= count
            pass()
        }
    }

    private func pass() {
        guard let lines = takeLines() else { return }
        onLines(lines)
        keep(lines)
        for follower in followers.values { follower(lines) }
    }

    func close() { stream.close() }

    /// The last lines, oldest first.
    func lines(_ count: Int = keptLines) -> [String] {
        recent.split(separator: UInt8(ascii: "\n")).suffix(count).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Hands lines to `action` as they come; returns the number to end it with.
    func follow(_ action: @escaping ([UInt8]) -> Void) -> Int {
        lastFollower += 1
        followers[lastFollower] = action
        return lastFollower
    }

    func unfollow(_ number: Int) { followers[number] = nil }

    private func takeLines() -> [UInt8]? {
        let bytes = input.unread
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
            guard bytes.count >= Self.lineLimit else { return nil }
            defer { input.consume(bytes.count) }
            return Array(bytes) + [UInt8(ascii: "\n")]
        }
        defer { input.consume(end + 1) }
        return Array(bytes[...end])
    }

    private func keep(_ lines: [UInt8]) {
        recent += lines
        guard recent.count > 2 * Self.keptBytes else { return }
        let cut =
            recent[(recent.count - Self.keptBytes)...].firstIndex(of: UInt8(ascii: "\n")) ?? recent.count - 1
        recent.removeFirst(cut + 1)
    }
}
