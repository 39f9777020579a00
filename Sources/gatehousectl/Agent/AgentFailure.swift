import Posix

/// Why a request has no answer, or no more of it.
enum AgentFailure: Equatable, CustomStringConvertible {
    /// The program cannot be executed.
    case notStarted(String)
    /// It ended with something else than 0; the last line of its standard error may be empty.
    case commandFailed(command: String, exit: ProcessExit, lastLine: String)
    case timedOut(String)
    /// More bytes than can be sent at once.
    case tooLong(limit: Int)
    case noUserMessage
    /// As many requests wait as may.
    case overloaded

    /// What the server is told beside the sentence.
    var code: String {
        switch self {
        case .notStarted, .commandFailed: "command_failed"
        case .timedOut: "timeout"
        case .tooLong: "answer_too_long"
        case .noUserMessage: "invalid"
        case .overloaded: "overloaded"
        }
    }

    var description: String {
        switch self {
        case .notStarted(let reason): reason
        case .commandFailed(let command, let exit, ""): "\(command): \(exit)"
        case .commandFailed(let command, let exit, let line): "\(command): \(exit): \(line)"
        case .timedOut(let limit): "timed out after \(limit)"
        case .tooLong(let limit): "the answer has more than \(limit) bytes"
        case .noUserMessage: "no message of the user to answer"
        case .overloaded: "too many requests wait for a command"
        }
    }
}
