package import Events

extension ByteStream {
    /// The next `count` bytes, of which no more may come; fewer at the end.
    package func take(_ count: Int) async throws(StreamError) -> [UInt8] {
        var bytes: [UInt8] = []
        let input = makeInput()
        while bytes.count < count {
            if try await read(into: input) == 0 { break }
            bytes += input.unread
            input.consume(input.count)
        }
        return bytes
    }
}
