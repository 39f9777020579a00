import CSystem
import Glibc

/// What a process knows of itself.
package enum ProcessInformation {
    package static var pid: Int32 { getpid() }
    package static var uid: UInt32 { getuid() }

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
}
