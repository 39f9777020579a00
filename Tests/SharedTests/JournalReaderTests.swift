import Glibc
import Posix
import Testing

@testable import Shared

@Suite struct JournalReaderTests {
    private let folder: TemporaryFolder
    private let memory: JournalMemory
    private let reader: JournalReader

    init() throws {
        folder = try TemporaryFolder()
        memory = try JournalMemory(build: "1", boot: 0xb007)
        reader = JournalReader(folder: folder.path, memory: memory)
    }

    @Test func `an open file waits, a sealed one is finished`() throws {
        let writer = try self.writer()
        _ = writer.append([1, 2, 3].span)
        reader.scan()
        let segment = try #require(reader.readable.first)

        #expect(segment.next() == .records([JournalEntry(offset: 128, endOffset: 144, payload: [1, 2, 3])]))
        #expect(segment.next() == .waiting)
        _ = writer.append([4].span)
        writer.seal()
        #expect(segment.next() == .records([JournalEntry(offset: 144, endOffset: 160, payload: [4])]))
        #expect(segment.next() == .finished)
        try reader.retire(segment)
        #expect(folder.names.isEmpty)
    }

    @Test func `a file whose writer is gone is read to its end and finished`() throws {
        var writer: JournalWriter? = try self.writer()
        _ = writer?.append([1].span)
        reader.scan()
        let segment = try #require(reader.readable.first)
        _ = segment.next()
        _ = writer?.append([2].span)
        writer = nil

        #expect(segment.next() == .records([JournalEntry(offset: 144, endOffset: 160, payload: [2])]))
        #expect(segment.next() == .finished)
    }

    @Test func `what was published between a look and the end is not lost`() throws {
        let writer = try self.writer()
        reader.scan()
        let segment = try #require(reader.readable.first)
        #expect(segment.next() == .waiting)
        _ = writer.append([1].span)
        writer.seal()

        #expect(segment.conclude(1) == .records([JournalEntry(offset: 128, endOffset: 144, payload: [1])]))
    }

    @Test func `reading goes on where it was committed, in pieces of the size asked for`() throws {
        let writer = try self.writer()
        for number in 0..<10 { _ = writer.append([UInt8](repeating: UInt8(number), count: 100).span) }
        reader.scan()
        let segment = try #require(reader.readable.first)
        segment.position += 2 * JournalRecord.size(100)

        guard case .records(let entries) = segment.next(limitBytes: 250) else {
            Issue.record("no records")
            return
        }
        #expect(entries.map { $0.payload[0] } == [2, 3, 4])
        segment.position = entries[0].endOffset
        guard case .records(let again) = segment.next() else {
            Issue.record("no records")
            return
        }
        #expect(again.map { $0.payload[0] } == [3, 4, 5, 6, 7, 8, 9])
    }

    @Test(arguments: [0, 120, 129, 4104, -8, Int.max & ~7])
    func `a position that cannot be is bad`(position: Int) throws {
        let writer = try self.writer()
        writer.seal()
        reader.scan()
        let segment = try #require(reader.segments.first)
        segment.position = position

        #expect(segment.next() == .bad(offset: position))
    }

    @Test func `a damaged record stops its segment, which is kept`() throws {
        let file = try FileSegment(in: folder.path, for: memory, writer: 7, bytes: 4096)
        let writer = JournalWriter(memory: memory, lease: 1, writer: 7)
        writer.adopt(file)
        for number in 0..<3 { _ = writer.append([UInt8(number), 1].span) }
        (file.segment.base + 128 + 16 + 4).storeBytes(of: 99, as: UInt8.self)
        reader.scan()
        let segment = try #require(reader.readable.first)

        #expect(segment.next() == .records([JournalEntry(offset: 128, endOffset: 144, payload: [0, 1])]))
        #expect(segment.next() == .bad(offset: 144))
        try reader.setAside(segment)
        reader.scan()
        #expect(folder.names == ["\(file.id).bad"])
        #expect(reader.badFiles == ["\(file.id).bad"])
        #expect(reader.segments.isEmpty)
    }

    @Test func `a damaged pool segment is kept as a file when its writer is done with it`() throws {
        let writer = JournalWriter(memory: memory, lease: 1, writer: 7)
        _ = writer.append([1].span)
        (memory.segment(at: 1).base + 128 + 4).storeBytes(of: 99, as: UInt8.self)
        reader.scan()
        let segment = try #require(reader.readable.first)

        #expect(segment.next() == .bad(offset: 128))
        #expect(try !reader.setAside(segment))
        writer.seal()
        #expect(try reader.setAside(segment))
        #expect(folder.names == ["\(segment.id).bad"])
        #expect(memory.freeSegments == JournalMemory.segmentCount)
    }

    @Test func `a file that was cut short is bad`() throws {
        let writer = try self.writer()
        _ = writer.append([1].span)
        reader.scan()
        let segment = try #require(reader.readable.first)
        _ = truncate("\(folder.path)/\(segment.id).journal", 1000)

        #expect(segment.next() == .bad(offset: 128))
    }

    @Test(arguments: [
        ("short", 100, 0, 0), ("magic", 8192, 0, 1), ("layout", 8192, 8, 1), ("row size", 8192, 12, 1),
        ("longer than the file", 8192, 18, 0xff), ("of another name", 8192, 72, 1), ("empty", 0, 0, 0),
    ])
    func `a foreign file is set aside`(why: String, bytes: Int, offset: Int, flip: UInt8) throws {
        var (content, name) = try Self.file(memory)
        if !content.isEmpty { content[offset] ^= flip }
        try FileSystem.replace(
            "\(folder.path)/\(name).journal",
            with: Array(content.prefix(bytes)),
            mode: 0o600
        )
        reader.scan()

        #expect(reader.segments.isEmpty, "\(why)")
        #expect(folder.names == ["\(name).bad"])
        #expect(reader.badFiles == ["\(name).bad"])
    }

    @Test func `a file of another build and boot is read`() throws {
        let old = try JournalMemory(build: "an older one", boot: 3)
        let (content, name) = try Self.file(old)
        try FileSystem.replace("\(folder.path)/\(name).journal", with: content, mode: 0o600)

        #expect(try drain(reader).map(\.payload) == [[1, 2, 3]])
        #expect(folder.names.isEmpty)
    }

    @Test func `a file being made is left alone while its maker lives`() throws {
        let path = "\(folder.path)/000000000000b007-00000001.new"
        do {
            let file = try FileSystem.create(path)
            try FileLock.take(file.number)
            reader.scan()
            #expect(folder.names.count == 1)
        }
        reader.scan()

        #expect(folder.names.isEmpty)
        #expect(reader.badFiles.isEmpty)
    }

    @Test func `a folder and other names are no segments`() throws {
        try FileSystem.makeDirectory("\(folder.path)/000000000000b007-00000001.journal", mode: 0o700)
        try FileSystem.replace("\(folder.path)/notes.txt", with: [1], mode: 0o600)
        reader.scan()

        #expect(folder.names == ["000000000000b007-00000001.bad", "notes.txt"])
    }

    @Test func `without a folder the pool is read all the same`() throws {
        let reader = JournalReader(folder: "/nowhere", memory: memory)
        let writer = JournalWriter(memory: memory, lease: 1, writer: 7)
        _ = writer.append([1].span)
        memory.ended(lease: 1)

        #expect(try drain(reader).map(\.payload) == [[1]])
        #expect(reader.fault?.isMissing == true)
        #expect(memory.freeSegments == JournalMemory.segmentCount)
    }

    @Test func `a later segment waits for the one before, whatever the ids say`() throws {
        let writer = JournalWriter(memory: memory, lease: 1, writer: 7)
        let late = try FileSegment(in: folder.path, for: memory, writer: 7, bytes: 4096)
        _ = writer.append([1].span)
        writer.adopt(late)
        _ = writer.append([2].span)
        reader.scan()

        #expect(reader.segments.map(\.isInMemory) == [false, true])
        #expect(reader.readable.map(\.isInMemory) == [true])
        #expect(try drain(reader).map(\.payload) == [[1], [2]])
    }

    @Test func `a segment that opens during a scan does not overtake the one before`() throws {
        let writer = JournalWriter(memory: memory, lease: 1, writer: 7)
        let late = try FileSegment(in: folder.path, for: memory, writer: 7, bytes: 4096)
        reader.discover()
        _ = writer.append([1].span)
        writer.adopt(late)
        _ = writer.append([2].span)
        reader.settle()

        #expect(reader.readable.map(\.isInMemory) == [true])
    }

    private func writer() throws -> JournalWriter {
        let writer = JournalWriter(memory: memory, lease: 1, writer: 7)
        writer.adopt(try FileSegment(in: folder.path, for: memory, writer: 7, bytes: 4096))
        return writer
    }

    /// The bytes and the name of a sealed file of one record.
    private static func file(_ memory: JournalMemory) throws -> ([UInt8], String) {
        let folder = try TemporaryFolder()
        let file = try FileSegment(in: folder.path, for: memory, writer: 7, bytes: 8192)
        let writer = JournalWriter(memory: memory, lease: 1, writer: 7)
        writer.adopt(file)
        _ = writer.append([1, 2, 3].span)
        writer.seal()
        return (try FileSystem.read("\(folder.path)/\(file.id).journal"), "\(file.id)")
    }
}
