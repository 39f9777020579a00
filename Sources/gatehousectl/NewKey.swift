import Config
import Gateway
import JSON

/// `gatehousectl keys new`: a key that nobody has yet, and what the configuration needs to know of it.
struct NewKey {
    let name: String
    private let secret: Secret

    init(name: String, secret: Secret = .generate()) {
        self.name = name
        self.secret = secret
    }

    /// For people: the key, which is shown this once, and the rows for the file.
    var text: String {
        """
        \(key)

        This is the key; it is shown only now. For the configuration, which knows no key itself:

        [[auth.keys]]
        name = "\(name)"
        sha256 = "\(secret.digest)"
        """
    }

    /// For programs: `{"name":"ci","key":"gh-…","sha256":"…"}`.
    var json: String {
        let bytes = JSONWriter.object {
            $0.member("name", name)
            $0.member("key", key)
            $0.member("sha256", secret.digest)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private var key: String { String(decoding: secret.bytes, as: UTF8.self) }
}
