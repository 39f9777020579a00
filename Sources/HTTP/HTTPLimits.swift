/// How much of a message is read before it is refused.
package struct HTTPLimits: Sendable, Equatable {
    /// The most bytes of a start line and all field lines together; more is 431.
    package var headBytes: Int
    /// The most bytes of a body, without chunk framing; more is 413; nil: no limit.
    package var bodyBytes: Int?
    /// The most bytes of a request target; more is 414.
    package var targetBytes: Int
    /// The most field lines of a head; more is 431.
    package var fieldCount: Int

    /// The limits of a listener, or with other numbers those of an upstream.
    ///
    /// - Source: RFC 9110 §4.1 asks for targets of at least 8000 bytes.
    package init(
        headBytes: Int = 32 << 10,
        bodyBytes: Int? = 10 << 20,
        targetBytes: Int = 8 << 10,
        fieldCount: Int = 100
    ) {
        self.headBytes = headBytes
        self.bodyBytes = bodyBytes
        self.targetBytes = targetBytes
        self.fieldCount = fieldCount
    }
}
