import Glibc
import Posix
import Testing

@Suite struct FileSystemTests {
    @Test(arguments: [UInt32(0o600), 0o640, 0o644])
    func `a replaced file has the new bytes and its mode, and nothing stands beside it`(mode: UInt32) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try FileSystem.replace(path, with: Array("old".utf8), mode: 0o600)
        try FileSystem.replace(path, with: Array("new".utf8), mode: mode)

        #expect(try FileSystem.read(path) == Array("new".utf8))
        #expect(FileSystem.mode(path) == mode)
        #expect(folder.names == ["file"])
    }

    @Test func `who has the old file open goes on reading it`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try FileSystem.replace(path, with: Array("old".utf8), mode: 0o600)
        let reader = try FileSystem.open(path, O_RDONLY)
        try FileSystem.replace(path, with: Array("newer".utf8), mode: 0o600)

        var bytes = [UInt8](repeating: 0, count: 10)
        #expect(try Descriptor.read(reader.number, filling: &bytes) == 3)
        #expect(bytes.prefix(3) == Array("old".utf8)[...])
    }

    @Test func `what an interrupted replacement left is no obstacle`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        let left = try FileSystem.open("\(path).\(getpid()).new", O_WRONLY | O_CREAT)
        try FileSystem.replace(path, with: [1], mode: 0o600)

        #expect(folder.names == ["file"])
        _ = left.number
    }

    @Test func `a replacement that fails leaves the place as it was`() throws {
        let folder = try TemporaryFolder()
        try FileSystem.makeDirectory("\(folder.path)/taken", mode: 0o700)
        #expect(throws: Errno.self) { try FileSystem.replace("\(folder.path)/taken", with: [1], mode: 0o600) }
        #expect(throws: Errno.self) {
            try FileSystem.replace("\(folder.path)/no/file", with: [1], mode: 0o600)
        }

        #expect(folder.names == ["taken"])
    }

    @Test(arguments: [(0, true), (10, true), (11, false), (70_000, false)])
    func `a file longer than the limit is refused`(count: Int, isRead: Bool) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try FileSystem.replace(path, with: [UInt8](repeating: 1, count: count), mode: 0o600)

        #expect(((try? FileSystem.read(path, limit: 10)) != nil) == isRead)
    }

    @Test func `a missing file says so`() throws {
        #expect(throws: Errno("open /nonexistent/file", code: ENOENT)) {
            try FileSystem.read("/nonexistent/file")
        }
        #expect(FileSystem.mode("/nonexistent/file") == nil)
        #expect(!FileSystem.exists("/nonexistent/file"))
    }

    @Test func `a lock is held by one, until its descriptor closes`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/lock"
        do {
            guard let first = try FileSystem.lock(path) else {
                Issue.record("nobody else could hold the lock")
                return
            }
            #expect(try isFree(path) == false)
            _ = first.number
        }

        #expect(try isFree(path))
        #expect(FileSystem.mode(path) == 0o600)
    }

    @Test func `a folder is made with those above it`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/a/b/c"
        try FileSystem.makeDirectory(path, mode: 0o700)

        #expect(FileSystem.mode(path) == 0o700)
        #expect(FileSystem.mode("\(folder.path)/a") == 0o755)
    }

    @Test func `a folder that is there gets the mode`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/a"
        try FileSystem.makeDirectory(path, mode: 0o755)
        try FileSystem.makeDirectory(path, mode: 0o700)

        #expect(FileSystem.mode(path) == 0o700)
    }

    @Test func `a file where the folder should be is an error`() throws {
        let folder = try TemporaryFolder()
        try FileSystem.replace("\(folder.path)/a", with: [], mode: 0o600)

        #expect(throws: Errno.self) { try FileSystem.makeDirectory("\(folder.path)/a", mode: 0o700) }
    }

    @Test(arguments: [("/a/b", "/a"), ("/a", "/"), ("/", "/"), ("a", "."), ("a/b", "a")])
    func `a path's folder is what stands before its last name`(path: String, parent: String) {
        #expect(FileSystem.parentDirectory(path) == parent)
    }

    @Test(arguments: [("0", UInt32?(0)), ("root", 0), ("12", 12), ("no such group", nil), ("", nil)])
    func `a group is known by name or number`(name: String, number: UInt32?) {
        #expect(FileSystem.groupNumber(name) == number)
    }

    @Test func `mode and group of a file can be set, and it can be removed`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try FileSystem.replace(path, with: [], mode: 0o600)
        try FileSystem.setMode(path, 0o660)
        try FileSystem.setGroup(path, getgid())
        #expect(FileSystem.mode(path) == 0o660)
        FileSystem.remove(path)

        #expect(!FileSystem.exists(path))
    }

    private func isFree(_ path: String) throws -> Bool {
        guard let held = try FileSystem.lock(path) else { return false }
        return Descriptor.isOpen(held.number)
    }
}
