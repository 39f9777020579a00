import Gateway
import JSON

/// What a command reads: the request in the form that was asked for.
enum ConversationInput {
    /// Ends with a line end; nil if the user has said nothing.
    static func bytes(of request: JSONDocument, as input: AgentOptions.Input) -> [UInt8]? {
        switch input {
        case .json: line(request.root.raw)
        case .last: lastMessage(of: request)
        }
    }

    private static func lastMessage(of request: JSONDocument) -> [UInt8]? {
        guard let messages = request.root["messages"] else { return nil }
        let conversation = Conversation(messages: messages)
        guard conversation.lastUserContent != nil else { return nil }
        let text = Array(conversation.lastUserText.utf8)
        return text.last == UInt8(ascii: "\n") ? text : text + [UInt8(ascii: "\n")]
    }

    /// JSON has line ends only between its tokens, where a space does as well (RFC 8259 §7).
    private static func line(_ text: ArraySlice<UInt8>) -> [UInt8] {
        text.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }
            + [UInt8(ascii: "\n")]
    }
}
