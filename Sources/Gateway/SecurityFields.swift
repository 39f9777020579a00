/// What tells browsers to make nothing of an answer but what it says it is.
package enum SecurityFields {
    /// The fields of every answer, as they go out.
    package static let lines = Array(
        """
        x-content-type-options: nosniff\r
        x-frame-options: DENY\r
        x-xss-protection: 1; mode=block\r
        content-security-policy: default-src 'self'\r

        """.utf8
    )
}
