extension Configuration {
    /// The WebSocket side, where agents connect: `[bridge]`.
    package struct Bridge: Codable, Equatable, Sendable {
        /// Where the token for the hub at `connect` comes from.
        package enum TokenSource: Codable, Equatable, Sendable {
            /// The file whose first line is the token.
            case file(String)
            /// The environment variable that holds the token.
            case environment(String)
        }

        /// Where agents connect, or nil to listen nowhere.
        package var listen: Address? = .ipv4(host: "127.0.0.1", port: 8787)
        /// The `ws://` URL of a hub to dial, or nil for none.
        package var connect: String?
        /// The name that we register with at the hub.
        package var agentID = "local-provider-1"
        /// The token for the hub, or nil for none.
        package var token: TokenSource?
        /// The longest wait for a connection, and for the first frame.
        package var connectTimeout = Duration.seconds(10)
        /// How often both sides ping; silence for two of them closes the connection.
        package var heartbeatInterval = Duration.seconds(30)
        /// The longest wait for an agent's first frame of an answer.
        package var responseTimeout = Duration.seconds(30)
        /// The longest wait between two chunks of a stream.
        package var streamGapTimeout = Duration.seconds(60)

        /// The defaults.
        package init() {}
    }
}

extension Configuration.Bridge: Section {
    static var rows: [Row<Self>] {
        [
            Row("listen", Format<Configuration.Address>.address.orNone(), \.listen),
            Row("connect", url.orNone(), \.connect),
            Row("agent_id", .name, \.agentID),
            Row("token_file", Format<String>.path.optional(), \.tokenFile),
            Row("token_env", Format<String>.variable.optional(), \.tokenVariable),
            Row("connect_timeout", .duration(.milliseconds(1) ... .seconds(3_600)), \.connectTimeout),
            Row("heartbeat_interval", .duration(.milliseconds(10) ... .seconds(3_600)), \.heartbeatInterval),
            Row("response_timeout", .duration(.milliseconds(1) ... .seconds(86_400)), \.responseTimeout),
            Row("stream_gap_timeout", .duration(.milliseconds(1) ... .seconds(86_400)), \.streamGapTimeout),
        ]
    }

    private static var url: Format<String> {
        .text("a ws:// URL without user, query and fragment", Spelling.isWebSocketURL)
    }

    private var tokenFile: String? {
        get {
            if case .file(let path) = token { path } else { nil }
        }
        set { token = newValue.map { .file($0) } }
    }

    private var tokenVariable: String? {
        get {
            if case .environment(let name) = token { name } else { nil }
        }
        set { token = newValue.map { .environment($0) } }
    }
}
