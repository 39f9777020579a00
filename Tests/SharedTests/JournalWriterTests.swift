import Posix
import Testing

@testable import Shared

@Suite struct JournalWriterTests {
    private let folder: TemporaryFolder
    private let memory: JournalMemory
    private let writer: JournalWriter
    private let reader: JournalReader

    init() throws {
        folder = try TemporaryFolder()
        memory = try JournalMemory(build: "1", boot: 0xb007)
        writer = JournalWriter(memory: memory, lease: 9, writer: 77)
        reader = JournalReader(folder: folder.path, memory: memory)
    }

    @Test func `records come back in order, over files and pool`() throws {
        let records = (0..<3000).map { Array("record \($0)".utf8) }
        for (number, record) in records.enumerated() {
            if number == 1000 { writer.adopt(try file()) }
            if number == 1500 { writer.adopt(try file()) }
            #expect(writer.append(record.span) == .stored(mustRing: false))
        }
        writer.seal()

        #expect(try drain(reader).map(\.payload) == records)
        #expect(folder.names.isEmpty)
        #expect(memory.freeSegments == JournalMemory.segmentCount)
        #expect(memory.dropped == 0)
    }

    @Test func `a full file makes way for the spare one, without one for the pool, and back`() throws {
        let record = [UInt8](repeating: 1, count: 1000)
        #expect(writer.needsSegment)
        writer.adopt(try file())
        #expect(!writer.needsSegment)
        for _ in 0..<3 { _ = writer.append(record.span) }
        #expect(writer.needsSegment)
        writer.adopt(try file())
        #expect(!writer.needsSegment)
        for _ in 0..<6 { _ = writer.append(record.span) }
        #expect(!writer.needsSegment)
        #expect(memory.freeSegments == JournalMemory.segmentCount)
        for _ in 0..<8 { _ = writer.append(record.span) }
        #expect(memory.freeSegments == JournalMemory.segmentCount - 1)
        writer.adopt(try file())
        _ = writer.append(record.span)
        writer.seal()

        reader.scan()
        #expect(reader.segments.map { $0.isInMemory } == [false, false, true, false])
        #expect(try drain(reader).count == 18)
    }

    @Test func `a segment takes a record that fits, at every size that may be left`() throws {
        for last in 1...112 {
            let writer = JournalWriter(memory: memory, lease: 9, writer: UInt64(last))
            writer.adopt(try file(bytes: 1024))
            let first = [UInt8](repeating: 1, count: 1024 - 128 - 8 - 104)
            #expect(writer.append(first.span) == .stored(mustRing: false))
            #expect(writer.append([UInt8](repeating: 2, count: last).span) == .stored(mustRing: false))
            let fits = JournalRecord.size(last) <= 1024 - 128 - JournalRecord.size(first.count)
            #expect(memory.freeSegments == JournalMemory.segmentCount - (fits ? 0 : 1), "\(last)")
            writer.seal()
            #expect(try drain(reader).map(\.payload.count) == [first.count, last])
        }
    }

    @Test func `with all of the pool in use a record is dropped and counted`() throws {
        let record = [UInt8](repeating: 1, count: 65_536)
        let perSegment = (JournalMemory.segmentBytes - 128) / JournalRecord.size(record.count)
        for _ in 0..<JournalMemory.segmentCount * perSegment {
            #expect(writer.append(record.span) == .stored(mustRing: false))
        }
        #expect(writer.append(record.span) == .full)
        #expect(memory.dropped == 1)

        #expect(try drain(reader).count == JournalMemory.segmentCount * perSegment)
        #expect(writer.append(record.span) == .stored(mustRing: false))
        #expect(memory.dropped == 1)
    }

    @Test(arguments: [0, 65_537]) func `nothing and too much are refused`(count: Int) {
        #expect(writer.append([UInt8](repeating: 0, count: count).span) == .refused)
        #expect(memory.freeSegments == JournalMemory.segmentCount)
    }

    @Test func `the writer says when the reader is to be woken`() {
        reader.wantBell()

        #expect(writer.append([1].span) == .stored(mustRing: true))
        #expect(writer.append([1].span) == .stored(mustRing: false))
    }

    @Test func `files written to since the last look are dirty, sealed ones too`() throws {
        let (first, second) = (try file(), try file())
        writer.adopt(first)
        writer.adopt(second)
        #expect(writer.takeDirty().isEmpty)
        for _ in 0..<9 { _ = writer.append([UInt8](repeating: 1, count: 1000).span) }
        let dirty = writer.takeDirty()

        #expect(dirty.map(\.id) == [first.id, second.id])
        #expect(writer.takeDirty().isEmpty)
        for file in dirty { try file.synchronize() }
    }

    @Test func `a file that was never written to goes with its writer`() throws {
        writer.adopt(try file())
        writer.adopt(try file())
        _ = writer.append([1].span)
        writer.seal()

        #expect(try drain(reader).map(\.payload) == [[1]])
        #expect(folder.names.isEmpty)
    }

    @Test func `where no file can be made the reason is told and nothing is left`() throws {
        #expect(throws: JournalFault.self) { try FileSegment(in: "/nowhere", for: memory, writer: 1) }
        #expect(throws: JournalFault.self) {
            try FileSegment(in: folder.path, for: memory, writer: 1, bytes: 1 << 50)
        }
        #expect(folder.names.isEmpty)
    }

    @Test(arguments: [
        (28, true, false), (122, true, false), (13, false, true), (30, false, true), (5, false, false),
    ])
    func `a failure is of the disk, of rights, or another`(code: CInt, isFull: Bool, isNotAllowed: Bool) {
        let fault = JournalFault(Errno("open", code: code))
        let reason = Errno("open", code: code).description

        #expect((fault == .full(reason)) == isFull)
        #expect((fault == .notAllowed(reason)) == isNotAllowed)
        #expect((fault == .other(reason)) == (!isFull && !isNotAllowed))
    }

    private func file(bytes: Int = 8192 + 128) throws -> FileSegment {
        try FileSegment(in: folder.path, for: memory, writer: 77, bytes: bytes)
    }
}
