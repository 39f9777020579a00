package import HTTP

/// Finds out on whose behalf a request was sent.
package enum Authentication {
    /// The holder of the key that the head carries.
    ///
    /// A key may stand in `Authorization: Bearer`, `x-api-key`, `api-key` and the configured field.
    ///
    /// - Parameters:
    ///   - head: The head of the request.
    ///   - header: One more field that may carry the key, or nil.
    ///   - keyring: The keys that are valid.
    ///   - required: Whether a request without a valid key is refused; if not, it is `anonymous`.
    ///   - now: Seconds since 1970.
    /// - Returns: The holder, or `anonymous`.
    /// - Throws: `.conflictingCredentials` if two keys differ, `.unauthorized`.
    package static func principal(
        for head: RequestHead,
        header: String?,
        keyring: Keyring,
        required: Bool,
        now: Int
    ) throws(GatewayError) -> Principal {
        let secret = try presented(in: head.fields, header: header)
        if let secret, let principal = keyring.principal(presenting: secret, now: now) { return principal }
        guard !required else { throw .unauthorized }
        return .anonymous
    }

    /// The key that the fields carry, or nil if none does.
    package static func presented(in fields: Fields, header: String?) throws(GatewayError) -> [UInt8]? {
        var secret: [UInt8]?
        var isConflict = false
        var header = header ?? ""
        header.withUTF8 { header in
            fields.forEachRaw { name, value in
                guard let key = key(in: value, of: name, header: UnsafeRawBufferPointer(header)),
                    !key.isEmpty
                else { return }
                guard let known = secret else { return secret = Array(key) }
                if !known.elementsEqual(key) { isConflict = true }
            }
        }
        guard !isConflict else { throw .conflictingCredentials }
        return secret
    }

    private static func key(
        in value: UnsafeRawBufferPointer,
        of name: UnsafeRawBufferPointer,
        header: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        if ASCII.isEqual(name, "authorization") { return bearer(value) }
        if ASCII.isEqual(name, "x-api-key") || ASCII.isEqual(name, "api-key") { return value }
        return ASCII.isEqual(name, header) ? value : nil
    }

    /// What stands behind `Bearer` (RFC 6750 §2.1); nil for other schemes.
    private static func bearer(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let scheme = UnsafeRawBufferPointer(rebasing: value.prefix(6))
        guard ASCII.isEqual(scheme, "bearer") else { return nil }
        var start = scheme.count
        while start < value.count, value[start] == UInt8(ascii: " ") { start += 1 }
        guard start > scheme.count || start == value.count else { return nil }
        return UnsafeRawBufferPointer(rebasing: value[start...])
    }
}
