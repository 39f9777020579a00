/// Which file it is, whatever its name (stat(2)).
package struct FileIdentity: Equatable, Sendable {
    /// The file system it is on.
    package let device: UInt64
    /// Its number there, which no other file has as long as somebody has it open.
    package let inode: UInt64
}
