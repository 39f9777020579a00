import Glibc
import Posix
import Testing

@testable import StoreProcess

/// A folder of its own for one test, gone with everything in it when the test is over.
final class TemporaryFolder {
    let path: String
    private var mounts: [String] = []

    /// Whether this user may mount; without it there is no full and no read-only file system to try.
    static let canMount = {
        let folder = TemporaryFolder()
        return folder.mountMemory(bytes: 65_536) != nil
    }()

    init() {
        var template = Array("/tmp/gatehouse-store-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
    }

    deinit {
        for mount in mounts { umount2(mount, CInt(MNT_DETACH)) }
        Self.removeAll(path)
    }

    var database: String { "\(path)/gatehouse.db" }

    /// What is in the folder, sorted.
    var names: [String] {
        Self.names(path)
    }

    /// A new file system in memory; nil if this user may not.
    func mountMemory(bytes: Int) -> String? {
        let point = "\(path)/memory"
        mkdir(point, 0o700)
        guard mount("tmpfs", point, "tmpfs", 0, "size=\(bytes)") == 0 else { return nil }
        mounts.append(point)
        return point
    }

    /// The folder once more, under another name, where it can be made read-only.
    func mountAgain() -> String? {
        let source = "\(path)/data"
        let point = "\(path)/again"
        mkdir(source, 0o700)
        mkdir(point, 0o700)
        guard mount(source, point, nil, UInt(MS_BIND), nil) == 0 else { return nil }
        mounts.append(point)
        return point
    }

    static func setReadOnly(_ isReadOnly: Bool, _ point: String) -> Bool {
        let flags = MS_REMOUNT | MS_BIND | (isReadOnly ? MS_RDONLY : 0)
        return mount(nil, point, nil, UInt(flags), nil) == 0
    }

    /// Overwrites bytes in the middle of a file and gives what was there.
    static func overwrite(_ path: String, at offset: Int, with bytes: [UInt8]) -> [UInt8] {
        let file = open(path, O_RDWR)
        defer { close(file) }
        var old = [UInt8](repeating: 0, count: bytes.count)
        pread(file, &old, old.count, offset)
        pwrite(file, bytes, bytes.count, offset)
        return old
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try FileSystem.replace(path, with: bytes, mode: 0o600)
    }

    static func bytes(of path: String) throws -> [UInt8] { try FileSystem.read(path, limit: 1 << 30) }

    private static func names(_ path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func removeAll(_ path: String) {
        for name in names(path) { removeAll("\(path)/\(name)") }
        remove(path)
    }
}
