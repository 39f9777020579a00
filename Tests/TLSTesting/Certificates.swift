import FoundationEssentials
import Glibc
import Posix

/// Authorities, certificates and keys for tests, made by the `openssl` command once a test process.
///
/// `ca` signs `rsa`, `ecdsa` (for localhost, api.example.test, 127.0.0.1, ::1), `expired`, `early`, `wrong` (another name),
/// `purpose` (for clients), `weak`, and `between`, which signs `leaf`; `chain` is both. `other-ca` signs `stranger`; `self`
/// signs itself. Keys: `rsa`, `ecdsa` (for all the others, too), `weak`, `locked`.
package struct Certificates: Sendable {
    private static let made = Result { try Certificates() }

    private let folder: String

    /// The place of a certificate or key: `path("rsa.pem")`.
    package static func path(_ name: String) throws -> String { try made.get().folder + "/" + name }

    private init() throws {
        folder = "/tmp/gatehouse-tls-\(getpid())"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        atexit {
            if let made = try? Certificates.made.get() {
                try? FileManager.default.removeItem(atPath: made.folder)
            }
        }
        let launch = ProgramLaunch(
            path: "/bin/sh",
            arguments: ["sh", "-c", Self.script],
            environment: ["PATH=/usr/bin:/bin"],
            descriptors: [],
            directory: folder
        )
        let process = try launch.spawn()
        while true {
            if let exit = process.reap() {
                guard exit == .code(0) else { throw Errno("openssl, see \(folder)/log", code: EINVAL) }
                return
            }
            usleep(2000)
        }
    }

    private static let script = """
        set -e
        exec >log 2>&1 </dev/null
        cat >ca.cnf <<'END'
        [ca]
        default_ca = ca
        database = index
        new_certs_dir = .
        rand_serial = yes
        default_md = sha256
        policy = any
        unique_subject = no
        [any]
        commonName = supplied
        END
        : >index
        authority() {
            openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$2" -keyout "$1.key" -out "$1.pem"
        }
        # sign NAME AUTHORITY KEY EXTENSIONS [START [END]]
        sign() {
            openssl req -new -key "$3" -subj "/CN=$1" -out "$1.csr"
            printf "$4" >"$1.ext"
            openssl ca -batch -config ca.cnf -notext -in "$1.csr" -out "$1.pem" -cert "$2.pem" -keyfile "$2.key" \\
                -extfile "$1.ext" -startdate "${5:-20200101000000Z}" -enddate "${6:-20491231235959Z}"
        }
        names='subjectAltName=DNS:localhost,DNS:api.example.test,IP:127.0.0.1,IP:::1\\n'
        authority ca "Gatehouse Test CA"
        authority other-ca "Some Other CA"
        openssl genrsa -out rsa.key 2048
        openssl genrsa -out weak.key 512
        openssl rsa -in rsa.key -aes128 -passout pass:abcd -out locked.key
        openssl ecparam -name prime256v1 -genkey -noout -out ecdsa.key
        openssl ecparam -name prime256v1 -genkey -noout -out between.key
        sign rsa ca rsa.key "$names"
        sign ecdsa ca ecdsa.key "$names"
        sign expired ca ecdsa.key "$names" 20200101000000Z 20210203040506Z
        sign early ca ecdsa.key "$names" 20480102030405Z
        sign wrong ca ecdsa.key 'subjectAltName=DNS:other.example.test,IP:192.0.2.1\\n'
        sign stranger other-ca ecdsa.key "$names"
        sign purpose ca ecdsa.key "${names}extendedKeyUsage=clientAuth\\n"
        sign weak ca weak.key "$names"
        sign between ca between.key 'basicConstraints=CA:true\\n'
        sign leaf between ecdsa.key "$names"
        cat leaf.pem between.pem >chain.pem
        openssl req -x509 -key ecdsa.key -days 30 -subj /CN=self -addext subjectAltName=DNS:localhost -out self.pem
        """
}
