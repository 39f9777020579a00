import Gateway

/// An option of `gatehousectl agent`.
struct AgentOption: Sendable {
    let name: String
    /// What the help calls its value; nil if it has none.
    let value: String?
    let summary: String
    let take: @Sendable (inout AgentOptions, String) throws(UsageError) -> Void

    static let rows = [
        AgentOption(name: "--model", value: "NAME", summary: "a model to serve; may be given again") {
            options, value throws(UsageError) in
            guard value.utf8.count <= 256 else {
                throw .badValue(option: "--model", value: value, expected: "a name has at most 256 bytes")
            }
            if !options.models.contains(value) { options.models.append(value) }
            guard options.models.count <= AgentFrame.modelLimit else {
                throw .badValue(option: "--model", value: value, expected: "\(AgentFrame.modelLimit) models at most")
            }
        },
        AgentOption(name: "--url", value: "URL", summary: "where to serve; \(AgentOptions.usualURL) unless given") {
            options, value throws(UsageError) in
            options.url = try AgentOptions.parse(url: value)
        },
        AgentOption(name: "--key-file", value: "FILE", summary: "a file with the API key") { options, value in
            options.keyFile = value
        },
        AgentOption(name: "--agent-id", value: "ID", summary: "the name to be shown by; a new one takes its place") {
            options, value throws(UsageError) in
            guard value.utf8.count <= AgentFrame.idLimit else {
                throw .badValue(
                    option: "--agent-id",
                    value: value,
                    expected: "an id has at most \(AgentFrame.idLimit) bytes"
                )
            }
            options.agentID = value
        },
        AgentOption(name: "--input", value: "last|json", summary: "the user's last message (usual), or the request") {
            options, value throws(UsageError) in
            guard let input = AgentOptions.Input(rawValue: value) else {
                throw .badValue(option: "--input", value: value, expected: "must be last or json")
            }
            options.input = input
        },
        AgentOption(
            name: "--concurrency",
            value: "N",
            summary: "commands at once, \(AgentOptions.usualConcurrency) unless given; more requests wait"
        ) { options, value throws(UsageError) in
            guard let count = Int(value), (1...1_000).contains(count) else {
                throw .badValue(option: "--concurrency", value: value, expected: "must be 1 to 1000")
            }
            options.concurrency = count
        },
        AgentOption(name: "--timeout", value: "TIME", summary: "the most time for an answer: 30s, 5m") {
            options, value throws(UsageError) in
            guard let limit = TimeLimit(value) else {
                throw .badValue(option: "--timeout", value: value, expected: "must be like 500ms, 30s, 5m or 1h")
            }
            options.timeout = limit
        },
        AgentOption(name: "--env", value: "NAME", summary: "a variable that COMMAND gets too; may be given again") {
            options, value throws(UsageError) in
            guard !value.contains("=") else {
                throw .badValue(option: "--env", value: value, expected: "must be a name; its value is taken from here")
            }
            options.environment.append(value)
        },
        AgentOption(name: "--quiet", value: nil, summary: "do not show what COMMAND writes to standard error") {
            options, _ in
            options.isQuiet = true
        },
    ]
}
