import CSystem

/// CRC-32C, which finds every burst of damage up to 32 bits (RFC 3720, appendix B.4).
package enum Checksum {
    /// The checksum of `bytes`; of none it is 0.
    @inline(__always)
    package static func crc32c(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        gh_crc32c(bytes.baseAddress, bytes.count)
    }

    /// The same without the processor's instruction, for a test to compare.
    package static func portableCRC32C(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        gh_crc32c_portable(bytes.baseAddress, bytes.count)
    }
}
