/// How an answer is spelled: one of two dialects, as a stream or whole.
protocol AnswerForm: Sendable {
    /// The Content-Type of the answer.
    var contentType: String { get }
    /// The bytes of the answer that are held back.
    var heldBytes: Int { get }

    /// What is to be sent now; nothing while a whole answer is collected.
    mutating func encode(_ event: AnswerEvent, at now: Int64) -> [UInt8]
    /// What is to be sent at the end.
    mutating func finish(usage: Usage, at now: Int64) -> [UInt8]
    /// What is to be sent instead of the rest.
    func failure(_ error: GatewayError) -> [UInt8]
}
