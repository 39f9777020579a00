import COpenSSL
import Posix

/// The socket under a session, as a BIO of OpenSSL: it never blocks and never raises SIGPIPE, and it remembers what
/// the kernel said, which OpenSSL does not.
///
/// It takes whole records and keeps what the kernel has no room for. Otherwise a read that must answer a change of keys
/// while half a record waits would fail: OpenSSL 3.0 then takes the answer for that record's repetition ("bad length").
final class TLSWire {
    /// More than a record and many answers; beyond that a read, too, waits for room.
    private static let unsentLimit = 65_536

    private let number: CInt
    private var unsent: [UInt8] = []
    private var unsentStart = 0
    /// Bytes that came in, and bytes that went out.
    private(set) var (received, sent) = (0, 0)
    /// Why the last call failed.
    private(set) var failure: Errno?
    private var isAtEnd = false

    /// The kind of BIO that all wires are: an address, since it never changes.
    private static let method = UInt(bitPattern: makeMethod())

    init(_ number: CInt) { self.number = number }

    /// A BIO that is freed by who gets it, before this.
    func makeBIO() -> OpaquePointer? {
        guard let bio = BIO_new(OpaquePointer(bitPattern: Self.method)) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        return bio
    }

    private static func of(_ bio: OpaquePointer) -> TLSWire? {
        BIO_get_data(bio).map { Unmanaged<TLSWire>.fromOpaque($0).takeUnretainedValue() }
    }

    private func receive(_ bio: OpaquePointer, into room: UnsafeMutableRawBufferPointer) -> CInt {
        do throws(Errno) {
            guard let count = try Socket.receive(number, into: room) else {
                BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
                return -1
            }
            if count == 0 { isAtEnd = true }
            received += count
            return CInt(count)
        } catch {
            failure = error
            return -1
        }
    }

    var hasUnsent: Bool { !unsent.isEmpty }

    /// Sends what was kept.
    ///
    /// - Returns: whether nothing is left.
    func flush() -> Bool {
        if unsent.isEmpty { return true }
        unsentStart += unsent.withUnsafeBytes {
            sendNow(UnsafeRawBufferPointer(rebasing: $0[unsentStart...]))
        }
        if unsentStart < unsent.count { return false }
        (unsent, unsentStart) = ([], 0)
        return true
    }

    private func send(_ bio: OpaquePointer, _ bytes: UnsafeRawBufferPointer) -> CInt {
        let isFree = flush()
        if !isFree, unsent.count - unsentStart >= Self.unsentLimit {
            BIO_set_flags(bio, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
            return -1
        }
        let count = isFree ? sendNow(bytes) : 0
        if failure != nil { return -1 }
        unsent += bytes[count...]
        return CInt(bytes.count)
    }

    /// How many bytes the kernel took.
    private func sendNow(_ bytes: UnsafeRawBufferPointer) -> Int {
        do throws(Errno) {
            let count = try Socket.send(number, bytes) ?? 0
            sent += count
            return count
        } catch {
            failure = error
            return 0
        }
    }

    private static func makeMethod() -> OpaquePointer? {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gatehouse") else {
            return nil
        }
        BIO_meth_set_read(method) { bio, bytes, count in
            guard let bio, let wire = TLSWire.of(bio) else { return -1 }
            BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
            return wire.receive(bio, into: UnsafeMutableRawBufferPointer(start: bytes, count: Int(count)))
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            guard let bio, let wire = TLSWire.of(bio) else { return -1 }
            BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
            return wire.send(bio, UnsafeRawBufferPointer(start: bytes, count: Int(count)))
        }
        BIO_meth_set_ctrl(method) { bio, command, _, _ in
            switch command {
            case BIO_CTRL_FLUSH: 1
            case BIO_CTRL_EOF: bio.flatMap(TLSWire.of)?.isAtEnd == true ? 1 : 0
            default: 0
            }
        }
        return method
    }
}
