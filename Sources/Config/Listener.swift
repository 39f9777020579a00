extension Configuration {
    /// One address that clients connect to, and what they see there: `[[listeners]]`.
    package struct Listener: Codable, Equatable, Sendable {
        /// Which API a client expects where the systems that Gatehouse unites contradict each other.
        package enum Profile: String, CaseIterable, Codable, Sendable {
            case `default`, proxy, straico
        }

        /// Whether requests must carry a key.
        package enum Authentication: String, CaseIterable, Codable, Sendable {
            case required, none
        }

        /// Endpoints that a listener shows or hides together.
        package enum Group: String, CaseIterable, Codable, Sendable {
            case openai, ollama, manage, admin
        }

        /// The name in logs and messages; unique.
        package var name = "main"
        /// Where to listen.
        package var address = Address.ipv4(host: "127.0.0.1", port: 8788)
        /// The profile of its answers.
        package var profile = Profile.default
        /// Whether keys are required; `none` only on loopback and Unix addresses.
        package var auth = Authentication.required
        /// The models that can be asked for here.
        package var models = Names.all
        /// The endpoints that are shown here, in the order of `Group`.
        package var groups = Group.allCases
        /// The certificate that is shown, with those above it, in PEM; nil: no TLS.
        package var certificateFile: String?
        /// The certificate's key, in PEM.
        package var keyFile: String?
        /// Whether an address that is not loopback may be served without TLS.
        package var allowsPlaintext = false
        /// Whether scripts are taken out of prompts.
        package var sanitizesPrompts = false
        /// What it says about limits.
        package var limits = LimitOverride()

        /// The listener of a file that names none.
        package init() {}
    }
}

extension Configuration.Listener: NamedSection {
    static var rows: [Row<Self>] {
        [
            Row("name", .name, \.name),
            Row("address", .address, \.address),
            Row("profile", .choice, \.profile),
            Row("auth", .choice, \.auth),
            Row("models", .names, \.models),
            Row("groups", .groups, \.groups),
            Row("tls_cert", Format<String>.path.optional(), \.certificateFile),
            Row("tls_key", Format<String>.path.optional(), \.keyFile),
            Row("allow_plaintext", .boolean, \.allowsPlaintext),
            Row("sanitize_prompts", .boolean, \.sanitizesPrompts),
        ] + LimitOverride.rows(\.limits)
    }

    /// A listener at the default address.
    init(name: String) {
        self.init()
        self.name = name
    }
}
