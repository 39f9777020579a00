import Posix
import Shared

/// What an append and a read cost: `SharedModel bench`, in a release build.
struct Benchmark {
    private let folder = ProcessInformation.environment("BENCH_FOLDER") ?? "/tmp/journal-bench"
    private let records = 1_000_000

    func run() throws {
        checksum()
        try FileSystem.makeDirectory(folder, mode: 0o700)
        let memory = try JournalMemory(build: "bench")
        let writer = JournalWriter(memory: memory, lease: 1, writer: 1)
        let files = try (0..<85).map { _ in try FileSegment(in: folder, for: memory, writer: 1) }
        let payload = [UInt8](repeating: 0x20, count: 300)
        var next = files.makeIterator()
        let start = Moment.now
        for _ in 0..<records {
            if writer.needsSegment, let file = next.next() { writer.adopt(file) }
            guard case .stored = writer.append(payload.span) else { return }
        }
        report("append", since: start)
        writer.seal()
        try read(JournalReader(folder: folder, memory: memory))
    }

    private func checksum() {
        let payload = [UInt8](repeating: 0x20, count: 300)
        let start = Moment.now
        var sum: UInt32 = 0
        for _ in 0..<records { sum ^= payload.withUnsafeBytes(Checksum.crc32c) }
        report("checksum \(sum)", since: start)
    }

    private func read(_ reader: JournalReader) throws {
        let start = Moment.now
        var count = 0
        reader.scan()
        while let segment = reader.readable.first {
            switch segment.next() {
            case .records(let entries): count += entries.count
            case .finished: try reader.retire(segment)
            case .waiting, .bad: return
            }
        }
        report("read \(count)", since: start)
    }

    private func report(_ what: String, since start: Moment) {
        let nanoseconds = Double((Moment.now - start).nanoseconds)
        let each = nanoseconds / Double(records)
        print("\(what): \(Int(each)) ns each, \(Int(300 * 1000 / each)) MB/s")
    }
}
