import CSQLite
import Posix

/// Why the database did not do what it was asked.
///
/// Nothing of the call has happened, and the next one may be tried as if nothing had been.
package enum StoreFault: Error, Equatable, Sendable {
    /// Another process holds the write lock for longer than 250 ms.
    case locked
    /// The file system has no room.
    case full
    /// The file system, or the file, cannot be written to.
    case readOnly
    /// The file or its folder was deleted, and cannot be made again.
    case missing
    /// The file is damaged.
    case corrupt
    /// A later Gatehouse has made or changed it.
    case newer(version: Int)
    /// It is another program's file.
    case foreign
    /// The user of this process may not open it.
    case notAllowed
    /// Anything else, in SQLite's own words.
    case other(code: Int, message: String)

    /// What an operator is told: what is wrong with which file, and what to do.
    package func sentence(path: String) -> String {
        switch self {
        case .locked:
            "\(path) is locked by another program; end the program that has it open (fuser \(path) names it)"
        case .full: "the file system of \(path) is full; make room or lower the retention"
        case .readOnly: "\(path) is read-only; make its file system and the file writable"
        case .missing: "\(path) was deleted and cannot be made again; see that its folder exists"
        case .corrupt:
            "\(path) is damaged; put a copy in its place (\(path).vN.bak), or move it away to begin an empty one"
        case .newer(let version):
            "\(path) has version \(version), made by a later Gatehouse; run that one, or put a copy in its place"
        case .foreign: "\(path) is no database of Gatehouse; move it away"
        case .notAllowed:
            "\(path) may not be opened by this user; give the file and its folder to the daemon's user"
        case .other(let code, let message): "\(path) cannot be used: \(message) (SQLite \(code))"
        }
    }

    /// Whether a connection that said so may have kept what is no longer true, and must be opened again.
    var spoilsConnection: Bool {
        switch self {
        case .locked, .full, .missing: false
        case .readOnly, .corrupt, .newer, .foreign, .notAllowed, .other: true
        }
    }

    /// What a call on that connection has just answered.
    init(_ code: CInt, on connection: OpaquePointer) {
        let other = Self.other(code: Int(code), message: String(cString: sqlite3_errmsg(connection)))
        // Extended codes carry the primary one in their lowest byte.
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED: self = .locked
        case SQLITE_FULL: self = .full
        case SQLITE_READONLY: self = code == SQLITE_READONLY | 4 << 8 ? .missing : .readOnly
        case SQLITE_CORRUPT: self = .corrupt
        case SQLITE_NOTADB: self = .foreign
        case SQLITE_PERM, SQLITE_AUTH: self = .notAllowed
        case SQLITE_CANTOPEN:
            self = Self(Errno("open", code: sqlite3_system_errno(connection)), otherwise: .notAllowed)
        case SQLITE_IOERR:
            self = Self(Errno("access", code: sqlite3_system_errno(connection)), otherwise: other)
        default: self = other
        }
    }

    init(_ errno: Errno, otherwise fault: StoreFault? = nil) {
        if errno.isDiskFull {
            self = .full
        } else if errno.isReadOnly {
            self = .readOnly
        } else if errno.isNotAllowed {
            self = .notAllowed
        } else if errno.isMissing {
            self = .missing
        } else {
            self = fault ?? .other(code: Int(errno.code), message: errno.description)
        }
    }
}
