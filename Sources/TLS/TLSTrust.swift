import COpenSSL
import Posix

/// Whose certificates a client believes.
package enum TLSTrust: Equatable, Sendable, CustomStringConvertible {
    /// The authorities the system trusts.
    case system
    /// Those in a PEM file, and no others.
    case file(String)

    package var description: String {
        switch self {
        case .system: "the system's authorities (\(Self.places.joined(separator: ", ")))"
        case .file(let path): path
        }
    }

    /// Where OpenSSL looks for them, and what may say otherwise.
    private static var places: [String] {
        [
            (X509_get_default_cert_file_env(), X509_get_default_cert_file()),
            (X509_get_default_cert_dir_env(), X509_get_default_cert_dir()),
        ].compactMap { variable, place in
            variable.flatMap { ProcessInformation.environment(String(cString: $0)) }
                ?? place.map { String(cString: $0) }
        }
    }
}
