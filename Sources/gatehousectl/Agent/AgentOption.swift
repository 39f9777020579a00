import Gateway
import Transport

/// An option of `gatehousectl agent`.
struct AgentOption: Sendable {
    let name: String
    /// What the help calls its value; nil if it has none.
    let value: String?
    let summary: String
    /// Takes the value in, or says what it must be.
    let take: @Sendable (inout AgentOptions, String) -> String?

    static let rows = [
        AgentOption(name: "--model", value: "NAME", summary: "a model to serve; may be given again") {
            if !$0.models.contains($1) { $0.models.append($1) }
            guard $0.models.count <= AgentFrame.modelLimit else {
                return "\(AgentFrame.modelLimit) models at most"
            }
            return $1.utf8.count > 256 ? "a name has at most 256 bytes" : nil
        },
        AgentOption(
            name: "--url",
            value: "URL",
            summary: "where to serve; \(AgentOptions.usualURL) unless given"
        ) {
            guard let url = WebSocketURL($1) else { return "must be ws://HOST[:PORT][/PATH]" }
            $0.url = url
            return nil
        },
        AgentOption(name: "--key-file", value: "FILE", summary: "a file with the API key") {
            $0.keyFile = $1
            return nil
        },
        AgentOption(
            name: "--agent-id",
            value: "ID",
            summary: "the name to be shown by; a newcomer takes its place"
        ) {
            $0.agentID = $1
            return $1.utf8.count > AgentFrame.idLimit ? "an id has at most \(AgentFrame.idLimit) bytes" : nil
        },
        AgentOption(
            name: "--input",
            value: "last|json",
            summary: "the user's last message (usual), or the request"
        ) {
            guard let input = AgentOptions.Input(rawValue: $1) else { return "must be last or json" }
            $0.input = input
            return nil
        },
        AgentOption(name: "--concurrency", value: "N", summary: "commands at once (16); more requests wait") {
            guard let count = Int($1), (1...1_000).contains(count) else { return "must be 1 to 1000" }
            $0.concurrency = count
            return nil
        },
        AgentOption(name: "--timeout", value: "TIME", summary: "the most time for an answer: 30s, 5m") {
            $0.timeout = TimeLimit($1)
            return $0.timeout == nil ? "must be like 500ms, 30s, 5m or 1h" : nil
        },
        AgentOption(
            name: "--env",
            value: "NAME",
            summary: "a variable that COMMAND gets too; may be given again"
        ) {
            $0.environment.append($1)
            return $1.contains("=") ? "must be a name; its value is taken from here" : nil
        },
        AgentOption(name: "--quiet", value: nil, summary: "do not show what COMMAND writes to standard error")
        {
            options,
            _ in
            options.isQuiet = true
            return nil
        },
    ]
}
