import CSystem
import Glibc

/// Memory that other processes map too, by a descriptor that they inherit (memfd_create(2)).
///
/// Its size is sealed: nobody can make an access beyond the end of it.
package final class SharedMemory: Sendable {
    package let descriptor: CInt
    package let count: Int
    private let address: Int

    /// Makes `bytes` zeros.
    ///
    /// `name`: what `/proc/PID/fd` shows.
    package init(_ name: String, bytes: Int) throws(Errno) {
        descriptor = try retrying("memfd_create") { gh_memory_file(name, bytes) }
        count = bytes
        address = try Self.map(descriptor, bytes)
    }

    /// Maps what somebody else made; the descriptor is this object's from now on.
    ///
    /// - Throws: also if the memory is shorter than `bytes`.
    package init(mapping descriptor: CInt, bytes: Int) throws(Errno) {
        var status = stat()
        let number = descriptor
        try retrying("fstat") { fstat(number, &status) }
        guard status.st_size >= bytes else { throw Errno("map shared memory", code: EINVAL) }
        self.descriptor = descriptor
        count = bytes
        address = try Self.map(descriptor, bytes)
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

    /// Makes these bytes zeros and gives their pages back.
    ///
    /// It may be done again after it was interrupted.
    package func clear(offset: Int, bytes: Int) {
        if gh_punch_hole(descriptor, offset, bytes) == -1 { memset(base + offset, 0, bytes) }
    }

    private static func map(_ descriptor: CInt, _ bytes: Int) throws(Errno) -> Int {
        let address = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let address, address != MAP_FAILED else { throw Errno("mmap") }
        return Int(bitPattern: address)
    }
}
