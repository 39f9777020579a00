import Posix

/// The command's standard output and standard error.
enum Terminal {
    /// Writes a line to standard output; if nobody reads it any more, the command ends.
    static func print(_ line: String) {
        do throws(Errno) {
            try Descriptor.writeAll(1, Array("\(line)\n".utf8))
        } catch {
            ProcessInformation.exit(1)
        }
    }

    /// Shows the lines in the place of all that is there; where no terminal is, below, with a blank line between.
    static func repaint(_ lines: [String]) {
        let isTerminal = ProcessInformation.isTerminal(1)
        print(
            (isTerminal ? "\u{1B}[H\u{1B}[2J" : "") + lines.joined(separator: "\n") + (isTerminal ? "" : "\n")
        )
    }

    /// Writes a line to standard error.
    static func complain(_ line: String) { copyToErrors(Array("\(line)\n".utf8)) }

    /// Writes bytes to standard error as they are.
    static func copyToErrors(_ bytes: [UInt8]) { try? Descriptor.writeAll(2, bytes) }

    /// The text with its control characters replaced, so that nothing the daemon was told by others moves the
    /// cursor; tabs and line ends stay.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0: true
        default: false
        }
    }
}
