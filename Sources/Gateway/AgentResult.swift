package import JSON

/// A whole answer of an agent.
package struct AgentResult: Sendable {
    /// OpenAI's choices: at least one object with a message.
    package let choices: JSONValue
    /// What it has used, or nil.
    package let usage: Usage?
}
