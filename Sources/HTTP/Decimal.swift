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

    /// `base` is a constant where this is called, so that no division is left.
    @inline(__always)
    private static func append(_ number: UInt64, base: UInt64, to buffer: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var (rest, start) = (number, 20)
            repeat {
                let digit = UInt8(truncatingIfNeeded: rest % base)
                start -= 1
                digits[start] = digit < 10 ? Byte.zero + digit : UInt8(ascii: "a") + digit - 10
                rest /= base
            } while rest > 0
            buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: digits[start...]))
        }
    }
}
