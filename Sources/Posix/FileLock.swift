import CSystem

/// A write lock on a whole file that belongs to the open file (fcntl(2), open file description locks).
///
/// It ends when the last descriptor and the last mapping of that open file are gone, so at the latest with the process.
package enum FileLock {
    /// Takes the lock.
    ///
    /// - Throws: `EAGAIN` when somebody else has it.
    package static func take(_ descriptor: CInt) throws(Errno) {
        try retrying("fcntl F_OFD_SETLK") { gh_lock_whole(descriptor) }
    }

    /// Whether somebody has it, through another open file than this.
    package static func isTaken(_ descriptor: CInt) throws(Errno) -> Bool {
        try retrying("fcntl F_OFD_GETLK") { gh_is_locked(descriptor) } == 1
    }
}
