import Testing

/// A file with faults, and what is said about it.
struct FaultRow: CustomTestStringConvertible {
    /// The text of the file.
    let text: String
    /// The faults, as `line:column: error: …`.
    let faults: [String]

    /// A file with one fault or several.
    init(_ text: String, _ faults: String...) {
        self.text = text
        self.faults = faults
    }

    /// The first fault, for the test's report.
    var testDescription: String {
        faults.first ?? text
    }
}
