import Glibc

/// A system call that failed, and how (errno(3)).
package struct Errno: Error, Equatable, Sendable, CustomStringConvertible {
    /// The call, as its manual page names it.
    package let operation: String
    package let code: CInt

    package init(_ operation: String, code: CInt = errno) {
        self.operation = operation
        self.code = code
    }

    package var description: String { "\(operation): \(String(cString: strerror(code)))" }

    package var wouldBlock: Bool { code == EAGAIN || code == EWOULDBLOCK || code == EINPROGRESS }
    package var isMissing: Bool { code == ENOENT }
    package var isNoFolder: Bool { code == ENOTDIR }
    package var isRefused: Bool { code == ECONNREFUSED }
    package var isAddressInUse: Bool { code == EADDRINUSE }
    package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
    package var isReadOnly: Bool { code == EROFS }
    package var isNotAllowed: Bool { code == EACCES || code == EPERM || isReadOnly }
    package var isDescriptorShortage: Bool { code == EMFILE || code == ENFILE }
}

/// Runs `call` again while a signal interrupts it.
///
/// - Throws: what the call set when it returned -1.
@discardableResult
@inline(__always)
package func retrying<Result: BinaryInteger>(
    _ operation: @autoclosure () -> String,
    _ call: () -> Result,
) throws(Errno) -> Result {
    while true {
        let result = call()
        if result != -1 { return result }
        if errno != EINTR { throw Errno(operation()) }
    }
}
