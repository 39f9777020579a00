import Glibc
import Posix
import SharedModel
import Testing

@testable import Shared

/// The supervisor of the model: it starts three writers and a reader, kills them where it was told, and starts others.
final class ModelHarness {
    /// Kills so far, by place; nil: at some time.
    private(set) var kills: [StopPoint?: Int] = [:]
    /// What went wrong by itself.
    private(set) var faults: [String] = []

    private let folder: String
    private let home: TemporaryFolder
    private let memory: JournalMemory
    private let bell: Bell
    private let places: (writer: [StopPoint], reader: [StopPoint])
    private let bytes: Int
    private var running: [ModelProcess] = []
    private var nextWriter: UInt64 = 1
    private var turn = (writer: 0, reader: 0)
    private var random = SplitMix(state: 42)

    init(folder: String, writer: [StopPoint], reader: [StopPoint], bytes: Int = 128 << 10) throws {
        (self.folder, self.bytes) = (folder, bytes)
        home = try TemporaryFolder()
        memory = try JournalMemory(build: "model")
        bell = try Bell()
        places = (writer, reader)
    }

    var killed: Int { kills.values.reduce(0, +) }

    /// Runs until so many were killed, at most for `limit`.
    func run(kills count: Int, limit: Duration = .seconds(60)) throws {
        let (end, target) = (Moment.now + limit, killed + count)
        if running.isEmpty {
            for lease in 1...3 { try startWriter(lease) }
            try startReader()
        }
        while killed < target, Moment.now < end, faults.isEmpty {
            for process in running { try look(process) }
            usleep(300)
        }
    }

    /// Kills all, lets a last reader read to the end, and says what is wrong.
    func finish() throws -> [String] {
        for process in running { end(process, process.kill()) }
        running = []
        let reader = try process(
            .reader,
            ["reader", folder, imports, "drain"],
            stop: nil,
            life: .seconds(60)
        )
        if reader.wait(for: .seconds(60)) != .code(0) {
            _ = reader.hasStopped
            faults.append("the last reader did not come to the end: \(reader.text)")
        }
        if memory.freeSegments != JournalMemory.segmentCount { faults.append("pool segments are in use") }
        let left = (try? FileSystem.names(in: folder)) ?? []
        if !left.isEmpty { faults.append("left in the folder: \(left)") }
        return faults + (try check())
    }

    /// Records imported, and dropped.
    var counts: (imported: Int, dropped: Int) {
        ((try? ModelImport(imports).rows.count) ?? 0, memory.dropped)
    }

    // MARK: Life

    private func look(_ process: ModelProcess) throws {
        let hasStopped = process.hasStopped
        if hasStopped, process.point == .looked { process.resume() }
        if hasStopped, process.point != .looked {
            kills[process.point, default: 0] += 1
            try replace(process, process.kill())
        } else if let exit = process.reap() {
            if exit != .code(0) { faults.append("\(process.role): \(exit) \(process.text)") }
            try replace(process, exit)
        } else if process.deadline < .now {
            kills[nil, default: 0] += 1
            try replace(process, process.kill())
        }
    }

    private func replace(_ process: ModelProcess, _ exit: ProcessExit?) throws {
        running.removeAll { $0 === process }
        end(process, exit)
        switch process.role {
        case .writer(_, let lease): try startWriter(lease)
        case .reader: try startReader()
        case .sharer: faults.append("it has no business here")
        }
    }

    private func end(_ process: ModelProcess, _ exit: ProcessExit?) {
        if exit == nil { faults.append("\(process.role) cannot be reaped") }
        if case .writer(_, let lease) = process.role { memory.ended(lease: lease) }
    }

    private func startWriter(_ lease: Int) throws {
        let (id, point) = (nextWriter, places.writer[turn.writer % places.writer.count])
        (nextWriter, turn.writer) = (nextWriter + 1, turn.writer + 1)
        let limit = random.next() % 4 == 0 ? 400 : Int.max
        let pass =
            point.rawValue <= StopPoint.published.rawValue
            ? 1 + Int(random.next() % 400) : 1 + Int(random.next() % 2)
        let ledger = try FileSystem.open(ledger(id), O_WRONLY | O_CREAT | O_APPEND)
        running.append(
            try process(
                .writer(id: id, lease: lease),
                ["writer", folder, "\(lease)", "\(id)", "\(limit)", "\(bytes)"],
                [ledger.number],
                stop: random.next() % 4 == 0 ? nil : (point, pass),
                life: .milliseconds(random.next() % 4 == 0 ? 30 : 400)
            )
        )
    }

    private func startReader() throws {
        let point = places.reader[turn.reader % places.reader.count]
        turn.reader += 1
        let pass = point == .looked ? 20 + turn.reader % 40 : 1 + Int(random.next() % 2)
        running.append(
            try process(
                .reader,
                ["reader", folder, imports, "forever"],
                stop: random.next() % 4 == 0 ? nil : (point, pass),
                life: .milliseconds(random.next() % 4 == 0 ? 50 : 500)
            )
        )
    }

    private func process(
        _ role: ModelProcess.Role,
        _ arguments: [String],
        _ others: [CInt] = [],
        stop: (point: StopPoint, pass: Int)?,
        life: Duration,
    ) throws -> ModelProcess {
        let descriptors = [memory.descriptor, bell.descriptor] + others
        return try ModelProcess(role, arguments, descriptors: descriptors, stop: stop, life: life)
    }

    // MARK: Truth

    private var imports: String { "\(home.path)/imports" }
    private func ledger(_ id: UInt64) -> String { "\(home.path)/ledger-\(id)" }

    /// Of each writer all it was told is stored was imported, once, in order, and at most one that it was not yet told.
    private func check() throws -> [String] {
        let rows = try ModelImport(imports).rows
        var (wrong, places, imported): ([String], Set<String>, [UInt64: Int]) = ([], [], [:])
        for row in rows {
            if !places.insert("\(row.segment) \(row.offset)").inserted {
                wrong.append("\(row.segment) \(row.offset) twice")
            }
            if row.record.number != imported[row.record.writer, default: 0] {
                wrong.append("\(row.record) after \(imported[row.record.writer, default: 0]) records")
            }
            imported[row.record.writer, default: 0] += 1
        }
        for id in 1..<nextWriter {
            let told = try FileSystem.read(ledger(id), limit: 1 << 30).count
            let count = imported.removeValue(forKey: id) ?? 0
            if !(told...told + 1).contains(count) {
                wrong.append("writer \(id): \(told) told, \(count) imported")
            }
        }
        return Array((wrong + imported.keys.map { "a writer \($0) that never was" }).prefix(20))
    }
}

/// Numbers that look random and are the same in each run.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        let first = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        let second = (first ^ first >> 27) &* 0x94d0_49bb_1331_11eb
        return second ^ second >> 31
    }
}
