import Config
import Testing

/// Checks `text` with the variables A, B_2, EMPTY and HOST.
func check(_ text: String) -> ConfigurationCheck {
    Configuration.check(Array(text.utf8)) { ["A": "a", "B_2": "b}", "EMPTY": "", "HOST": "127.0.0.1"][$0] }
}

/// The configuration in `text`, and its warnings as `line:column: …`.
func valid(_ text: String) throws -> (configuration: Configuration, warnings: [String]) {
    let outcome = check(text)
    try #require(outcome.faults == [])
    guard case .valid(let configuration, let warnings) = outcome else { return (Configuration(), []) }
    return (configuration, warnings.map { "\($0.line):\($0.column): \($0.message)" })
}

extension ConfigurationCheck {
    /// All faults, none if the file is valid.
    var faults: [ConfigurationFault] {
        switch self {
        case .valid: []
        case .invalid(let faults): faults
        }
    }
}
