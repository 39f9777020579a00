import Glibc
import Posix
import Shared

/// Imports all there is, in batches that are there or not.
///
///     SharedModel reader FOLDER IMPORTS forever|drain
struct ModelReader {
    private let memory: JournalMemory
    private let reader: JournalReader
    private let imports: CInt
    private let positions: [JournalID: Int]
    private let isDraining: Bool

    init?(_ arguments: [String]) throws {
        guard arguments.count == 4 else { return nil }
        memory = try JournalMemory(mapping: 3, build: "model")
        reader = JournalReader(folder: arguments[1], memory: memory)
        let before = try ModelImport(arguments[2], keepsRows: false)
        positions = before.positions
        imports = try FileSystem.open(arguments[2], O_RDWR | O_CREAT | O_APPEND).release()
        ftruncate(imports, before.wholeBytes)
        isDraining = arguments[3] == "drain"
    }

    func run() throws {
        var epoll = try Epoll()
        try epoll.add(4, .input, tag: 0)
        var known: Set<JournalID> = []
        let parent = getppid()
        while getppid() == parent {
            reader.wantBell()
            reader.scan()
            guard reader.badFiles.isEmpty else { stop(66, "\(reader.badFiles)") }
            if try readAll(&known) {
                while try readAll(&known) {}
                continue
            }
            if isDraining, reader.segments.isEmpty, memory.freeSegments == JournalMemory.segmentCount {
                return
            }
            _ = epoll.wait(milliseconds: 10)
            var count: UInt64 = 0
            _ = Glibc.read(4, &count, 8)
        }
    }

    /// Whether there was anything.
    private func readAll(_ known: inout Set<JournalID>) throws -> Bool {
        var isMoving = false
        for segment in reader.readable {
            if known.insert(segment.id).inserted, let position = positions[segment.id] {
                segment.position = position
            }
            switch segment.next(limitBytes: 64 << 10) {
            case .records(let entries): try commit(segment.id, entries)
            case .waiting: continue
            case .finished: try reader.retire(segment)
            case .bad(let offset): stop(65, "\(segment.id) is bad at \(offset)")
            }
            isMoving = true
        }
        return isMoving
    }

    private func commit(_ id: JournalID, _ entries: [JournalEntry]) throws {
        guard let batch = ModelImport.batch(id, entries) else { stop(67, "a record of \(id) is not one") }
        try Descriptor.writeAll(imports, batch)
    }

    private func stop(_ code: CInt, _ reason: String) -> Never {
        try? Descriptor.writeAll(2, Array("\(reason)\n".utf8))
        ProcessInformation.exit(code)
    }
}
