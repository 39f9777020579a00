import Glibc
import Posix
import Shared
import Synchronization

/// Appends records as fast as it can, and a byte to its ledger for each that was stored.
///
///     SharedModel writer FOLDER LEASE WRITER LIMIT BYTES
struct ModelWriter {
    /// What the helper thread has made; nil twice: nothing yet.
    private final class Mailbox: Sendable { let file = Mutex<FileSegment??>(nil) }

    private let folder: String
    private let id: UInt64
    private let limit: Int
    private let bytes: Int
    private let memory: JournalMemory
    private let writer: JournalWriter
    private let helper: HelperThread
    private let mailbox = Mailbox()

    init?(_ arguments: [String]) throws {
        let numbers = arguments.dropFirst(2).compactMap { Int($0) }
        guard numbers.count == 4 else { return nil }
        folder = arguments[1]
        (id, limit, bytes) = (UInt64(numbers[1]), numbers[2], numbers[3])
        memory = try JournalMemory(mapping: 3, build: "model")
        writer = JournalWriter(memory: memory, lease: numbers[0], writer: id)
        helper = try HelperThread()
    }

    func run() {
        var (number, isMaking, attempts) = (0, false, 0)
        let parent = getppid()
        while number < limit, getppid() == parent {
            if isMaking, let made = mailbox.file.withLock({ $0.take() }) {
                if let made { writer.adopt(made) }
                isMaking = false
                attempts = made == nil ? 300 : 0
            }
            if writer.needsSegment, !isMaking {
                isMaking = attempts == 0
                if isMaking { make() } else { attempts -= 1 }
            }
            number += append(number) ? 1 : 0
            if number % 16 == 0 { usleep(100) }
        }
        writer.seal()
    }

    private func append(_ number: Int) -> Bool {
        switch writer.append(ModelRecord(writer: id, number: number).bytes.span) {
        case .stored(let mustRing):
            tell(5, 1)
            if mustRing { tell(4, 8) }
            if number % 500 == 499 { synchronize(writer.takeDirty()) }
            return true
        case .full:
            usleep(1000)
            return false
        case .refused: ProcessInformation.exit(70)
        }
    }

    private func make() {
        helper.run { [folder, memory, id, bytes, mailbox] _ in
            let file = try? FileSegment(in: folder, for: memory, writer: id, bytes: bytes)
            mailbox.file.withLock { $0 = .some(file) }
        }
    }

    private func synchronize(_ files: [FileSegment]) {
        helper.run { _ in for file in files { try? file.synchronize() } }
    }

    private func tell(_ descriptor: CInt, _ count: Int) {
        var one: UInt64 = 1
        _ = Glibc.write(descriptor, &one, count)
    }
}
