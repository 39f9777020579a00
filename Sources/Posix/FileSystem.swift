import CSystem
import Glibc

/// Files and folders, synchronously: for start-up, reload and the commands, never on the request path.
package enum FileSystem {
    /// The whole file.
    ///
    /// - Throws: `EFBIG` when it is longer than `limit` bytes.
    package static func read(_ path: String, limit: Int = 4 << 20) throws(Errno) -> [UInt8] {
        let file = try open(path, O_RDONLY)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = try retrying("read \(path)") { Glibc.read(file.number, &chunk, chunk.count) }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
            if bytes.count > limit { throw Errno("read \(path)", code: EFBIG) }
        }
    }

    /// Writes beside the place and renames over it, so that a reader sees the old file or the new one.
    package static func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(Errno) {
        let temporary = "\(path).\(getpid()).new"
        unlink(temporary)
        do throws(Errno) {
            let file = try open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
            try Descriptor.writeAll(file.number, bytes)
            try retrying("fsync \(temporary)") { fsync(file.number) }
            try rename(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// This process's own program, as a place that stays when the file is replaced (O_PATH).
    package static func openProgram() throws(Errno) -> Descriptor { try open("/proc/self/exe", GH_O_PATH) }

    /// For reading and writing.
    package static func openDevice(_ path: String) throws(Errno) -> Descriptor { try open(path, O_RDWR) }

    package static func open(_ path: String, _ flags: CInt, mode: UInt32 = 0o600) throws(Errno) -> Descriptor
    {
        Descriptor(owning: try retrying("open \(path)") { Glibc.open(path, flags | O_CLOEXEC, mode) })
    }

    /// Makes the folder and those above it; one that is there gets `mode`.
    package static func makeDirectory(_ path: String, mode: UInt32) throws(Errno) {
        if mkdir(path, mode) == -1 {
            switch errno {
            case EEXIST:
                let kind = try kindAndMode(path)
                guard kind & S_IFMT == S_IFDIR else { throw Errno("mkdir \(path)", code: ENOTDIR) }
                guard kind & S_ISVTX == 0 else {
                    throw Errno("\(path) is a folder of everybody's; take one below it", code: EPERM)
                }
                try setMode(path, mode)
            case ENOENT:
                let parent = parentDirectory(path)
                guard parent != path else { throw Errno("mkdir \(path)") }
                try makeDirectory(parent, mode: 0o755)
                try retrying("mkdir \(path)") { mkdir(path, mode) }
            default: throw Errno("mkdir \(path)")
            }
        }
    }

    private static func kindAndMode(_ path: String) throws(Errno) -> UInt32 {
        var status = stat()
        try retrying("stat \(path)") { stat(path, &status) }
        return status.st_mode
    }

    package static func setMode(_ path: String, _ mode: UInt32) throws(Errno) {
        try retrying("chmod \(path)") { chmod(path, mode) }
    }

    package static func setGroup(_ path: String, _ group: UInt32) throws(Errno) {
        try retrying("chown \(path)") { chown(path, UInt32.max, group) }
    }

    static func isSocketOrMissing(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFSOCK
    }

    /// Whether nothing is in the folder but what begins with one of `names`; false also if there is no such folder.
    package static func holdsOnly(_ names: [String], in path: String) -> Bool {
        guard let folder = opendir(path) else { return false }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != "..", !names.contains(where: { name.hasPrefix($0) }) { return false }
        }
        return true
    }

    package static func remove(_ path: String) { unlink(path) }

    /// Removes the file, and says why if it cannot; one that is not there is no error.
    package static func delete(_ path: String) throws(Errno) {
        if unlink(path) == -1, errno != ENOENT { throw Errno("unlink \(path)") }
    }

    /// Gives the file another name, in place of a file that had it.
    package static func rename(_ path: String, to other: String) throws(Errno) {
        try retrying("rename \(path)") { Glibc.rename(path, other) }
    }

    /// For reading; does not wait for a writer where the name is a pipe's, and follows no link.
    package static func openFile(_ path: String) throws(Errno) -> Descriptor {
        try open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
    }

    /// Makes an empty file for reading and writing, mode 0600.
    ///
    /// - Throws: `EEXIST` when there is something of that name.
    package static func create(_ path: String) throws(Errno) -> Descriptor {
        try open(path, O_RDWR | O_CREAT | O_EXCL)
    }

    /// The file that stands there now, or nil if there is none.
    package static func identity(_ path: String) -> FileIdentity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// The file's length in bytes, or nil if there is none.
    package static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Writes behind what is there, whoever else writes; the file is made if it is not there, mode 0600.
    ///
    /// - Returns: how many bytes there was room for.
    package static func append(_ bytes: [UInt8], to path: String) throws(Errno) -> Int {
        let file = try open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW)
        return try retrying("write \(path)") {
            bytes.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
        }
    }

    /// Puts the folder's names on the disk, as `fdatasync` does with a file's bytes.
    package static func synchronizeDirectory(_ path: String) throws(Errno) {
        let folder = try open(path, O_RDONLY | O_DIRECTORY)
        try retrying("fsync \(path)") { fsync(folder.number) }
    }

    /// What is in the folder, in no order.
    package static func names(in path: String) throws(Errno) -> [String] {
        guard let folder = opendir(path) else { throw Errno("opendir \(path)") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// How many bytes more its disk can take from us, or nil if that is not known.
    package static func freeBytes(_ path: String) -> Int? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
                .partialValue
        )
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The file's permission bits, or nil if there is none.
    package static func mode(_ path: String) -> UInt32? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    /// An open, locked file; nil if another process holds the lock.
    ///
    /// The lock lives as long as the descriptor.
    package static func lock(_ path: String) throws(Errno) -> Descriptor? {
        let file = try open(path, O_RDWR | O_CREAT, mode: 0o600)
        if gh_lock_file(file.number) == 0 { return file }
        if errno == EWOULDBLOCK { return nil }
        throw Errno("flock \(path)")
    }

    package static func parentDirectory(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    package static var currentDirectory: String {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }

    /// The group's number by its name (getgrnam(3)), or nil.
    package static func groupNumber(_ name: String) -> UInt32? {
        if let number = UInt32(name) { return number }
        return getgrnam(name)?.pointee.gr_gid
    }
}
