/// Looks for a secret in what is about to be shown.
///
/// Horspool's algorithm: most bytes are skipped, so that every answer can be looked through.
package struct SecretSearch: Sendable {
    private let secret: [UInt8]
    /// How far to go on if this is the last byte of what was compared.
    private let shifts: [Int]

    /// An empty secret is none, and nothing shows it.
    package init(_ secret: some Sequence<UInt8>) {
        self.secret = Array(secret)
        var shifts = [Int](repeating: max(1, self.secret.count), count: 256)
        for (index, byte) in self.secret.dropLast().enumerated() {
            shifts[Int(byte)] = self.secret.count - 1 - index
        }
        self.shifts = shifts
    }

    /// Whether the secret stands in `bytes`.
    package func isFound(in bytes: UnsafeRawBufferPointer) -> Bool {
        guard !secret.isEmpty else { return false }
        var end = secret.count
        while end <= bytes.count {
            let last = bytes[end - 1]
            if last == secret[secret.count - 1], matches(bytes, end - secret.count) { return true }
            end += shifts[Int(last)]
        }
        return false
    }

    private func matches(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Bool {
        for index in 0..<secret.count where bytes[start + index] != secret[index] { return false }
        return true
    }
}
