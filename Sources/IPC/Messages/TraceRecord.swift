/// What became of a request, as `why` shows it.
package struct TraceRecord: Codable, Equatable, Sendable {
    /// Our name of it.
    package var id: String
    /// The client's name of it; nil: it gave none.
    package var request: String?
    /// `2026-01-31T12:00:00.000Z`, when it began.
    package var at: String
    package var process: String
    package var pid: Int
    package var generation: Int
    package var method: String
    package var path: String
    package var client: String
    package var key: String?
    package var model: String?
    package var provider: String?
    package var status: Int
    package var milliseconds: Double
    package var bytes: Int
    /// The code of the error.
    package var error: String?
    package var message: String?

    package init(
        id: String,
        at: String,
        process: String,
        pid: Int,
        generation: Int,
        method: String,
        path: String,
        client: String,
        status: Int,
        milliseconds: Double,
        bytes: Int,
    ) {
        self.id = id
        self.at = at
        self.process = process
        self.pid = pid
        self.generation = generation
        self.method = method
        self.path = path
        self.client = client
        self.status = status
        self.milliseconds = milliseconds
        self.bytes = bytes
    }

    private enum CodingKeys: String, CodingKey {
        case id, request, at, process, pid, generation, method, path, client, key, model, provider, status
        case milliseconds = "ms"
        case bytes, error, message
    }
}
