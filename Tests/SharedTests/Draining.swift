import Shared

/// Reads and retires until all that is there waits.
func drain(_ reader: JournalReader) throws -> [JournalEntry] {
    var entries: [JournalEntry] = []
    var isMoving = true
    while isMoving {
        isMoving = false
        reader.scan()
        for segment in reader.readable {
            switch segment.next() {
            case .records(let batch): (entries, isMoving) = (entries + batch, true)
            case .finished:
                try reader.retire(segment)
                isMoving = true
            case .waiting, .bad: break
            }
        }
    }
    return entries
}
