/// A set of ASCII characters, asked once per byte of a head.
///
/// Two words instead of a table: bit `n` of `low` stands for byte `n`, bit `n` of `high` for byte `64 + n`; e.g. `-`
/// is 0x2D = 45, so bit 45 of `low`. The numbers are held against the grammars they come from in the tests.
struct ByteSet {
    let low: UInt64
    let high: UInt64

    /// What methods and field names are made of (RFC 9110 §5.6.2).
    static var token: ByteSet { ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }
    /// What a path is made of beside percent-encoded bytes: pchar and "/" (RFC 3986 §3.3).
    static var path: ByteSet { ByteSet(low: 0x2FFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }
    /// What a query is made of beside percent-encoded bytes (RFC 3986 §3.4).
    static var query: ByteSet { ByteSet(low: 0xAFFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }
    /// What a registered name is made of beside percent-encoded bytes (RFC 3986 §3.2.2).
    static var registeredName: ByteSet { ByteSet(low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }
    /// What an IPv6 address is made of (RFC 3986 §3.2.2).
    static var address: ByteSet { ByteSet(low: 0x07FF_4000_0000_0000, high: 0x0000_007E_0000_007E) }
    /// The hexadecimal digits.
    static var hexadecimal: ByteSet { ByteSet(low: 0x03FF_0000_0000_0000, high: 0x0000_007E_0000_007E) }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : byte < 128 ? high : 0
        return (word &>> UInt64(byte & 63)) & 1 != 0
    }
}
