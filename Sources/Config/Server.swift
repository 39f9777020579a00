extension Configuration {
    /// Processes, limits and time-outs of the HTTP side: `[server]`.
    package struct Server: Codable, Equatable, Sendable {
        /// The number of worker processes; nil is one per core.
        package var workers: Int?
        /// The most connections of clients, of all workers together.
        package var maxConnections = 10_000
        /// Whether answers and logs tell more than an operator needs.
        package var isDebugging = false
        /// The largest request head, in bytes.
        package var requestHeadLimit = 32 << 10
        /// The largest request body, in bytes.
        package var requestBodyLimit = 10 << 20
        /// The longest wait for a whole request head.
        package var headerTimeout = Duration.seconds(10)
        /// The longest wait for a whole request body.
        package var bodyTimeout = Duration.seconds(30)
        /// How long a connection without a request is kept.
        package var idleTimeout = Duration.seconds(75)
        /// How long it is kept once the worker drains.
        package var idleDrainTimeout = Duration.seconds(5)
        /// How long requests may run on once the worker drains.
        package var drainTimeout = Duration.seconds(60)
        /// How long streams may run on once the worker drains.
        package var streamDrainTimeout = Duration.seconds(300)
        /// A worker with more bytes of memory of its own is replaced; nil is never.
        package var workerMemoryLimit: Int?
        /// A worker that has answered about so many requests is replaced; nil is never.
        package var workerMaxRequests: Int?
        /// The names besides loopback that `Host` may give, in lower case, without port.
        package var allowedHosts: [String] = []
        /// The origins that browsers may send, in lower case.
        package var allowedOrigins: [String] = []

        /// The defaults.
        package init() {}
    }
}

extension Configuration.Server: Section {
    static var rows: [Row<Self>] {
        [
            Row("workers", .integerOrNone(upTo: 64), \.workers),
            Row("max_connections", .integer(1...1_000_000), \.maxConnections),
            Row("debug", .boolean, \.isDebugging),
            Row("request_head_limit", .size((1 << 10)...(1 << 20)), \.requestHeadLimit),
            Row("request_body_limit", .size(1...(1 << 30)), \.requestBodyLimit),
            Row("header_timeout", .duration(.milliseconds(1) ... .seconds(3_600)), \.headerTimeout),
            Row("body_timeout", .duration(.milliseconds(1) ... .seconds(3_600)), \.bodyTimeout),
            Row("idle_timeout", .duration(.milliseconds(1) ... .seconds(86_400)), \.idleTimeout),
            Row("idle_drain_timeout", .duration(.zero ... .seconds(3_600)), \.idleDrainTimeout),
            Row("drain_timeout", .duration(.zero ... .seconds(86_400)), \.drainTimeout),
            Row("stream_drain_timeout", .duration(.zero ... .seconds(86_400)), \.streamDrainTimeout),
            Row("worker_memory_limit", .sizeOrNone(upTo: 64 << 30), \.workerMemoryLimit),
            Row("worker_max_requests", .integerOrNone(upTo: 1_000_000_000), \.workerMaxRequests),
            Row("allowed_hosts", host.list("an array of host names"), \.allowedHosts),
            Row("allowed_origins", origin.list("an array of origins"), \.allowedOrigins),
        ]
    }

    private static var host: Format<String> {
        Format<String>.text("a host name or IP address without port", Spelling.isHost).lowercased()
    }

    private static var origin: Format<String> {
        Format<String>.text("an origin such as \"https://example.org\"", Spelling.isOrigin).lowercased()
    }
}
