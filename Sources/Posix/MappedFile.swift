import Glibc

/// A file's bytes as memory that all who map it share (mmap(2)).
///
/// Whoever makes the file shorter afterwards makes an access beyond its end fatal (SIGBUS): see ``size``.
package final class MappedFile: Sendable {
    /// The file, for `fdatasync` and locks.
    package let descriptor: CInt
    /// How many bytes are mapped.
    package let count: Int
    private let address: Int

    /// Makes an empty file `bytes` zeros long and maps it for writing, its pages at hand.
    ///
    /// The room is the file's own before it is mapped: a write never finds the disk full.
    package init(allocating file: consuming Descriptor, bytes: Int) throws(Errno) {
        let number = file.number
        var code = EINTR
        while code == EINTR { code = posix_fallocate(number, 0, bytes) }
        guard code == 0 else { throw Errno("posix_fallocate", code: code) }
        address = try Self.map(number, bytes, PROT_READ | PROT_WRITE)
        count = bytes
        descriptor = file.release()
        do throws(Errno) {
            try retrying("madvise") { madvise(base, bytes, MADV_POPULATE_WRITE) }
        } catch {
            // A kernel before 5.14 does not know it. EFAULT is what a write would have died of.
            if error.code != EINVAL { throw error.code == EFAULT ? Errno("madvise", code: ENOSPC) : error }
        }
    }

    /// Maps a file as it is, for reading; nil if it is empty or no file but a folder or a pipe.
    package init?(reading file: consuming Descriptor) throws(Errno) {
        guard let bytes = try Self.size(file.number), bytes > 0 else { return nil }
        address = try Self.map(file.number, bytes, PROT_READ)
        count = bytes
        descriptor = file.release()
    }

    deinit {
        munmap(UnsafeMutableRawPointer(bitPattern: address), count)
        close(descriptor)
    }

    /// The first byte; the memory lives as long as this object.
    package var base: UnsafeMutableRawPointer {
        guard let base = UnsafeMutableRawPointer(bitPattern: address) else {
            preconditionFailure("nothing is mapped at address 0")
        }
        return base
    }

    /// Whether no name leads to the file any more.
    package var isDeleted: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink == 0
    }

    /// How long the file is now; nil if it cannot be asked.
    package var size: Int? { (try? Self.size(descriptor)) ?? nil }

    /// Puts what was written on the disk (fdatasync(2)).
    package func synchronize() throws(Errno) {
        try retrying("fdatasync") { fdatasync(descriptor) }
    }

    private static func size(_ descriptor: CInt) throws(Errno) -> Int? {
        var status = stat()
        try retrying("fstat") { fstat(descriptor, &status) }
        return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    private static func map(_ descriptor: CInt, _ bytes: Int, _ protection: CInt) throws(Errno) -> Int {
        let address = mmap(nil, bytes, protection, MAP_SHARED, descriptor, 0)
        guard let address, address != MAP_FAILED else { throw Errno("mmap") }
        return Int(bitPattern: address)
    }
}
