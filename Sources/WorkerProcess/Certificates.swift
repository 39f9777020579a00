import Config
import IPC
import TLS

/// What listeners show to clients that want TLS.
struct Certificates {
    private var contexts: [String: TLSContext] = [:]

    /// No listener has TLS.
    init() {}

    /// Reads the files that a configuration names.
    ///
    /// - Throws: which of them cannot be used.
    init(_ configuration: Configuration) throws(ChildFault) {
        for listener in configuration.listeners {
            guard let certificate = listener.certificateFile, let key = listener.keyFile else { continue }
            do throws(TLSFault) {
                contexts[listener.name] = try TLSContext.server(
                    certificate: certificate,
                    key: key,
                    protocols: ["http/1.1"]
                )
            } catch {
                throw ChildFault("listeners.\(listener.name).tls_cert: \(error)")
            }
        }
    }

    /// That of a listener; nil: it speaks without TLS.
    subscript(_ listener: String) -> TLSContext? { contexts[listener] }
}
