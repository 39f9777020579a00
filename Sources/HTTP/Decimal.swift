/// Numbers written into a buffer without a String in between.
enum Decimal {
    /// Appends a number that is not negative in decimal.
    static func append(_ number: Int, to buffer: inout [UInt8]) {
        append(UInt64(number.magnitude), base: 10, to: &buffer)
    }

    /// Appends a number in hexadecimal, lower case.
    static func appendHexadecimal(_ number: Int, to buffer: inout [UInt8]) {
        append(UInt64(number.magnitude), base: 16, to: &buffer)
    }

    @inline(__always)
    private static func append(_ number: UInt64, base: UInt64, to buffer: inout [UInt8]) {
        var divisor: UInt64 = 1
        while number / divisor >= base { divisor *= base }
        while divisor > 0 {
            let digit = UInt8(truncatingIfNeeded: number / divisor % base)
            buffer.append(digit < 10 ? Byte.zero + digit : UInt8(ascii: "a") + digit - 10)
            divisor /= base
        }
    }
}
