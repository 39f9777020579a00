import Posix
import Shared
import Testing

/// Real processes, killed wherever they may be killed: nothing that was stored is lost, and nothing comes twice.
///
/// `MODEL_KILLS=N` kills N of them in each test.
@Suite(.serialized) struct JournalModelTests {
    private static let kills = ProcessInformation.environment("MODEL_KILLS").flatMap { Int($0) }
    private static let append: [StopPoint] = [.payloadWritten, .checksumWritten, .published]
    private static let change: [StopPoint] = [.sealing, .sealed, .ordered, .opened]
    private static let claim: [StopPoint] = [.claimed, .named]
    private static let file: [StopPoint] = [.created, .locked, .allocated, .prepared, .renamed]
    private static let free: [StopPoint] = [.retiring, .halfCleared, .cleared, .freed]
    private static let remove: [StopPoint] = [.removing, .removed]

    @Test func `with files`() throws {
        let folder = try TemporaryFolder()
        let model = try ModelHarness(
            folder: folder.path,
            writer: Self.append + Self.change + Self.file,
            reader: Self.remove + [.looked]
        )
        try model.run(kills: Self.kills ?? 48)

        try expectTruth(model, Self.append + Self.change + Self.file + Self.remove)
    }

    @Test func `without a folder, and then with one`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/later"
        let model = try ModelHarness(
            folder: path,
            writer: Self.append + Self.change + Self.claim,
            reader: Self.free
        )
        try model.run(kills: (Self.kills ?? 48) * 2 / 3)
        try FileSystem.makeDirectory(path, mode: 0o700)
        try model.run(kills: (Self.kills ?? 48) / 3)

        try expectTruth(model, Self.append + Self.claim + Self.free)
    }

    @Test func `on a full disk that becomes larger`() throws {
        let folder = try TemporaryFolder()
        guard
            try Self.run("mount", "-t", "tmpfs", "-o", "size=512k,mode=0700", "none", folder.path) == .code(0)
        else {
            print("no mount, no test of a full disk")
            return
        }
        defer { _ = try? Self.run("umount", "-l", folder.path) }
        let model = try ModelHarness(
            folder: folder.path,
            writer: Self.append + Self.change + Self.claim + Self.file,
            reader: Self.free + Self.remove + [.looked]
        )
        try model.run(kills: (Self.kills ?? 48) * 2 / 3)
        _ = try Self.run("mount", "-o", "remount,size=64m", folder.path)
        try model.run(kills: (Self.kills ?? 48) / 3)

        try expectTruth(model, [])
    }

    private func expectTruth(_ model: ModelHarness, _ places: [StopPoint]) throws {
        let faults = try model.finish()
        let reached = model.kills.map { "\($0.key.map { "\($0)" } ?? "any time") \($0.value)" }.sorted()
        print(model.counts, reached.joined(separator: ", "))

        #expect(faults == [])
        #expect(model.counts.imported > 0)
        if model.killed >= 200 { for place in places { #expect(model.kills[place] != nil, "\(place)") } }
    }

    private static func run(_ arguments: String...) throws -> ProcessExit? {
        let launch = ProgramLaunch(
            path: arguments[0],
            arguments: arguments,
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            descriptors: [(0, 0), (1, 1), (2, 2)]
        )
        let process = try launch.spawn()
        var epoll = try Epoll()
        try epoll.add(process.descriptor, .input, tag: 0)
        _ = epoll.wait(milliseconds: 5000)
        return process.reap()
    }
}
