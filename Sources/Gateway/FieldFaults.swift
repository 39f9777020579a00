/// The faults of one body, as many as help.
struct FieldFaults {
    /// More are not named: a body of a million bad messages does not deserve an answer of that length.
    private static let limit = 32

    private var all: [FieldFault] = []

    /// Names one more fault.
    mutating func add(_ parameter: @autoclosure () -> String, _ message: String) {
        guard all.count < Self.limit else { return }
        all.append(FieldFault(parameter: parameter(), message: message))
    }

    /// Whether nothing more would be named.
    var isFull: Bool { all.count >= Self.limit }

    /// Refuses the body if there is any.
    func check() throws(GatewayError) {
        guard all.isEmpty else { throw .invalidFields(all) }
    }
}
