import TOML

/// Why a value cannot be used; an array can have several reasons.
struct Refusal: Error {
    /// One reason.
    struct Reason {
        /// Where the value stands.
        let position: TOMLPosition
        /// What is wrong, to follow the key in the message.
        let text: String
    }

    /// The reasons, in file order.
    var reasons: [Reason]
}
