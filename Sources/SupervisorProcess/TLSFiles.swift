import Config
import Gateway
import IPC
import Posix
import TLS

/// The certificates and keys that a configuration names, which workers read for themselves.
enum TLSFiles {
    private static let limit = 1 << 20

    /// The digest of each file, by the key that names it, so that a reload sees what has changed.
    ///
    /// - Throws: what no worker could use.
    static func checked(_ configuration: Configuration) throws(ChildFault) -> [String: String] {
        var digests: [String: String] = [:]
        for listener in configuration.listeners {
            guard let certificate = listener.certificateFile, let key = listener.keyFile else { continue }
            let path = "listeners.\(listener.name).tls_cert"
            try check(path) { () throws(TLSFault) in
                _ = try TLSContext.server(certificate: certificate, key: key)
            }
            digests[path] = try digest(of: certificate, path)
            digests["listeners.\(listener.name).tls_key"] = try digest(of: key, path)
        }
        for provider in configuration.providers where provider.isEnabled {
            guard let file = provider.caFile else { continue }
            let path = "providers.\(provider.name).ca_file"
            try check(path) { () throws(TLSFault) in _ = try TLSContext.client(trust: .file(file)) }
            digests[path] = try digest(of: file, path)
        }
        return digests
    }

    private static func check(_ path: String, _ use: () throws(TLSFault) -> Void) throws(ChildFault) {
        do throws(TLSFault) { try use() } catch { throw ChildFault("\(path): \(error)") }
    }

    private static func digest(of file: String, _ path: String) throws(ChildFault) -> String {
        do throws(Errno) {
            return Digest.hexadecimal(Digest.sha256(try FileSystem.read(file, limit: limit)))
        } catch {
            throw ChildFault("\(path): \(error)")
        }
    }
}
