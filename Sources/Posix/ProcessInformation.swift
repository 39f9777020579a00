import CSystem
import Glibc

/// What a process knows of itself.
package enum ProcessInformation {
    package static var pid: Int32 { getpid() }
    package static var uid: UInt32 { getuid() }
    package static var gid: UInt32 { getgid() }

    /// The value of an environment variable; nil if it is not set.
    package static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    package static func removeEnvironment(_ name: String) { unsetenv(name) }

    /// How many processors this process may run on.
    package static var processors: Int { Int(gh_processors()) }

    /// What `ps -o comm` and a debugger show; at most 15 bytes (prctl(2)).
    package static func setName(_ name: String) { _ = gh_set_process_name(name) }

    /// No program that this process starts can gain rights it lacks (prctl(2), PR_SET_NO_NEW_PRIVS).
    package static func refuseNewPrivileges() { _ = gh_set_no_new_privileges() }

    /// Children of dead children come to this process.
    package static func adoptOrphans() { _ = gh_set_child_subreaper() }

    /// Bytes of memory that the process has to itself, by proc(5); nil if it is gone.
    package static func privateMemory(of pid: Int32) -> Int? {
        guard let bytes = try? FileSystem.read("/proc/\(pid)/statm", limit: 4096) else { return nil }
        let pages = bytes.split(separator: UInt8(ascii: " ")).compactMap {
            Int(String(decoding: $0, as: UTF8.self))
        }
        guard pages.count >= 3 else { return nil }
        return (pages[1] - pages[2]) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    package static func isTerminal(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

    /// Few arenas and an early trim: a daemon of one thread gains nothing by more.
    package static func tuneHeap() { gh_limit_malloc_arenas() }

    package static func trimHeap() { gh_trim_heap() }

    package static func exit(_ code: CInt) -> Never { Glibc.exit(code) }

    /// Reaps children that `isKnown` does not claim; a known one is left to its own descriptor.
    package static func reapStrangers(isKnown: (Int32) -> Bool) {
        while true {
            let pid = gh_peek_exited()
            if pid == 0 || isKnown(pid) { return }
            _ = gh_reap(pid)
        }
    }

    #if DEBUG
    // What fault points of debug builds do.

    package static func setEnvironment(_ name: String, _ value: String) { setenv(name, value, 1) }
    package static func signalSelf(_ number: SignalNumber) { kill(getpid(), number.rawValue) }
    package static func block(seconds: Int) { sleep(UInt32(clamping: seconds)) }
    #endif
}
