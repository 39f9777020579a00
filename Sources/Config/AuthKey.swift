extension Configuration.Auth {
    /// A key that clients may present, and what it opens: `[[auth.keys]]`.
    package struct Key: Codable, Equatable, Sendable {
        /// What a key may be used for.
        package enum Scope: String, CaseIterable, Codable, Sendable {
            case inference, observe, admin
        }

        /// What becomes of a request whose client has left.
        package enum OnAbort: String, CaseIterable, Codable, Sendable {
            /// Whoever answers is told to stop, and what has come counts.
            case cancel
            /// The answer is read to its end, to know what it costs.
            case drain
            /// As `cancel`, but what was reserved counts.
            case estimate
        }

        /// The name in logs and usage; unique.
        package var name: String
        /// Where the key comes from.
        package var source: KeySource
        /// When it stops to be valid, in seconds since 1970, or nil for never.
        package var expires: Int?
        /// The models that it may ask for.
        package var models = Configuration.Names.all
        /// The models that it may serve as an agent.
        package var agentModels = Configuration.Names.only([])
        /// What it may be used for.
        package var scopes = [Scope.inference]
        /// What becomes of its requests when the client leaves.
        package var onAbort = OnAbort.cancel
        /// What it says about limits.
        package var limits = LimitOverride()

        /// A key for inference with all models, which never expires.
        package init(name: String, source: KeySource) {
            self.name = name
            self.source = source
        }
    }
}

extension Configuration.Auth.Key: NamedSection {
    static var rows: [Row<Self>] {
        [
            Row("name", .name, \.name, isRequired: true),
            Row("sha256", Format<[String]>.digests.optional(), \.source.digests, isHidden: true),
            Row("key_file", Format<String>.path.optional(), \.source.file),
            Row("key_env", Format<String>.variable.optional(), \.source.environment),
            Row("expires", Format<Int>.moment.optional(), \.expires),
            Row("models", .names, \.models),
            Row("agent_models", .names, \.agentModels),
            Row(
                "scopes",
                Format<Scope>.choice.list("an array of \"inference\", \"observe\", \"admin\""),
                \.scopes
            ),
            Row("on_abort", .choice, \.onAbort),
        ] + LimitOverride.rows(\.limits)
    }

    /// A key whose source is not read yet; a file without one is refused.
    init(name: String) {
        self.init(name: name, source: .digests([]))
    }
}
