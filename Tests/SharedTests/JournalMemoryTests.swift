import Posix
import Testing

@testable import Shared

@Suite struct JournalMemoryTests {
    @Test func `a mapping sees what the maker made`() throws {
        let memory = try JournalMemory(build: "1", boot: 7)
        let other = try JournalMemory(mapping: Descriptor.duplicate(memory.descriptor), build: "2")

        #expect(other.boot == 7)
        #expect(other.freeSegments == JournalMemory.segmentCount)
        #expect((memory.takeID().serial, other.takeID().serial, memory.takeID().serial) == (1, 2, 3))
    }

    @Test func `other memory is refused`() throws {
        let board = try Board(build: "1")
        let short = try SharedMemory("short", bytes: 4096)

        #expect(throws: SegmentFault.self) {
            try JournalMemory(mapping: Descriptor.duplicate(board.descriptor), build: "1")
        }
        #expect(throws: SegmentFault.self) {
            try JournalMemory(mapping: Descriptor.duplicate(short.descriptor), build: "1")
        }
    }

    @Test func `an id is never given twice, whatever was freed`() throws {
        let memory = try JournalMemory(build: "1")
        var ids: Set<JournalID> = []
        for round in 0..<200 {
            let segment = try #require(memory.claim(lease: round, writer: 1))
            ids.insert(segment.id)
            segment.state = JournalState(.sealed, lease: round)
            memory.retire(round % JournalMemory.segmentCount)
        }

        #expect(ids.count == 200)
        #expect(memory.freeSegments == JournalMemory.segmentCount)
    }

    @Test func `the dead give up what they had, and nobody else`() throws {
        let memory = try JournalMemory(build: "1")
        let claimed = try #require(memory.claim(lease: 3, writer: 1))
        let open = try #require(memory.claim(lease: 3, writer: 1))
        let other = try #require(memory.claim(lease: 4, writer: 2))
        open.state = JournalState(.open, lease: 3)
        other.state = JournalState(.open, lease: 4)

        memory.ended(lease: 3)

        #expect(claimed.state == JournalState(.free))
        #expect(open.state == JournalState(.abandoned, lease: 3))
        #expect(other.state == JournalState(.open, lease: 4))
    }

    @Test func `a segment in use is not retired, and a retired one is all zeros`() throws {
        let memory = try JournalMemory(build: "1")
        let segment = try #require(memory.claim(lease: 0, writer: 1))
        let records = UnsafeMutableRawBufferPointer(
            start: segment.base + JournalSegment.recordOffset,
            count: segment.count - JournalSegment.recordOffset
        )
        records.initializeMemory(as: UInt8.self, repeating: 0xff)
        segment.state = JournalState(.open, lease: 0)

        memory.retire(0)
        #expect(segment.state.phase == .open)
        segment.state = JournalState(.abandoned, lease: 0)
        memory.retire(0)

        #expect(segment.state.phase == .free)
        #expect(records.allSatisfy { $0 == 0 })
    }

    @Test func `what a reader began to free the next one finishes`() throws {
        let memory = try JournalMemory(build: "1")
        let segment = try #require(memory.claim(lease: 5, writer: 1))
        (segment.base + 9000).storeBytes(of: 1, as: UInt8.self)
        segment.state = JournalState(.retiring, lease: 5)

        let reader = JournalReader(folder: "/nowhere", memory: memory)
        reader.scan()

        #expect(reader.segments.isEmpty)
        #expect(segment.state.phase == .free)
        #expect((segment.base + 9000).load(as: UInt8.self) == 0)
    }

    @Test func `a state that nobody wrote moves nothing`() throws {
        let memory = try JournalMemory(build: "1")
        let segment = memory.segment(at: 0)
        segment.state = JournalState(word: 0xffff_ffff)

        memory.ended(lease: 0xffff)
        memory.retire(0)

        #expect(segment.state.word == 0xffff_ffff)
        #expect(segment.state.phase == nil)
        #expect(memory.freeSegments == JournalMemory.segmentCount - 1)
    }

    @Test func `the bell is wanted once`() throws {
        let memory = try JournalMemory(build: "1")
        #expect(!memory.takeBell())
        memory.wantBell()

        #expect(memory.takeBell())
        #expect(!memory.takeBell())
    }

    @Test(arguments: [
        ("00c0ffee12345678-0000002a", JournalID(boot: 0xc0_ffee_1234_5678, serial: 42)),
        ("ffffffffffffffff-100000000", JournalID(boot: .max, serial: 1 << 32)),
        ("00C0FFEE12345678-0000002a", nil), ("00c0ffee12345678-2a", nil), ("00c0ffee12345678", nil),
        ("00c0ffee12345678-0000002a-1", nil), ("00c0ffee12345678--000002a", nil), ("", nil),
        ("00c0ffee12345678-00000002a", nil), ("+0c0ffee12345678-0000002a", nil),
    ])
    func `an id is read only as it is written`(text: String, expected: JournalID?) {
        #expect(JournalID(text) == expected)
        if let expected { #expect(expected.description == text) }
    }
}
