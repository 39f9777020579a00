import Posix

/// A journal file that this process writes.
///
/// While it is being made it is called `ID.new`; only a whole one becomes `ID.journal`. The lock on it says that its
/// writer lives: a `.new` without one is nobody's, and the reader removes it (the rename of a writer that had not come
/// to locking it then fails, and nothing is lost).
package final class FileSegment: Sendable {
    /// How long a file is.
    package static let standardBytes = 4 << 20

    /// Its name in the folder.
    package let id: JournalID
    private let file: MappedFile
    private let bytes: Int

    /// Makes the next file of a process; blocks, so it is the helper thread's work.
    ///
    /// Nothing is left behind where it throws. `bytes`: a multiple of 8.
    package init(
        in folder: String,
        for memory: JournalMemory,
        writer: UInt64,
        bytes: Int = standardBytes,
    ) throws(JournalFault) {
        id = memory.takeID()
        self.bytes = bytes
        let path = "\(folder)/\(id)"
        do throws(Errno) { file = try Self.make("\(path).new", bytes) } catch { throw JournalFault(error) }
        segment.name(id, writer: writer, created: WallClock.nanoseconds, build: memory.build)
        segment.state = JournalState(.prepared)
        StopPoint.reach(.prepared)
        do throws(Errno) {
            try FileSystem.rename("\(path).new", to: "\(path).journal")
            try FileSystem.synchronizeDirectory(folder)
        } catch {
            FileSystem.remove("\(path).new")
            FileSystem.remove("\(path).journal")
            throw JournalFault(error)
        }
        StopPoint.reach(.renamed)
    }

    /// Puts what was written on the disk; blocks, so it is the helper thread's work.
    package func synchronize() throws(JournalFault) {
        do throws(Errno) { try file.synchronize() } catch { throw JournalFault(error) }
    }

    /// Whether no name leads to it any more.
    package var isDeleted: Bool { file.isDeleted }

    /// Writes a deleted one anew under its name, for a reader that does not have it open; blocks.
    ///
    /// Only when nothing is added to it any more: its records have the places that they had.
    package func restore(in folder: String) throws(JournalFault) {
        do throws(Errno) {
            try FileSystem.makeDirectory(folder, mode: 0o700)
            // Not in the folder before it is whole: the reader would take it for what a dead writer has left.
            let place = "\(FileSystem.parentDirectory(folder))/\(id).restored"
            let bytes = [UInt8](UnsafeRawBufferPointer(start: file.base, count: bytes))
            try FileSystem.replace(place, with: bytes, mode: 0o600)
            try FileSystem.rename(place, to: "\(folder)/\(id).journal")
        } catch {
            throw JournalFault(error)
        }
    }

    /// The bytes; they are there as long as this object.
    var segment: JournalSegment { JournalSegment(at: file.base, bytes: bytes) }

    private static func make(_ path: String, _ bytes: Int) throws(Errno) -> MappedFile {
        let descriptor = try FileSystem.create(path)
        do throws(Errno) {
            StopPoint.reach(.created)
            try FileLock.take(descriptor.number)
            StopPoint.reach(.locked)
            let file = try MappedFile(allocating: descriptor, bytes: bytes)
            StopPoint.reach(.allocated)
            return file
        } catch {
            FileSystem.remove(path)
            throw error
        }
    }
}
