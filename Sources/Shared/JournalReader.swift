package import Posix

/// Finds the segments of all writers, in the folder and in the pool, in the order in which they may be read.
///
/// One process at a time reads; that is its caller's business. What it has read it may forget only after ``retire(_:)``
/// returned, and its rows and the position (`endOffset`) belong into one transaction.
///
///     reader.wantBell()
///     reader.scan()
///     for segment in reader.readable {
///         if isNew(segment) { segment.position = committed(segment.id) ?? segment.position }
///         switch segment.next() {
///         case .records(let entries): try commit(segment.id, entries)
///         case .waiting: break
///         case .finished: try reader.retire(segment)
///         case .bad(let offset): log(segment.id, offset); try reader.setAside(segment)
///         }
///     }
///
/// and again until all wait; then sleep until the bell, but look once a second: the dead do not ring.
package final class JournalReader {
    private let folder: String
    private let memory: JournalMemory
    private var files: [String: SegmentReader] = [:]
    private var pool: [Int: SegmentReader] = [:]

    /// Files that were set aside and lie in the folder, by the last scan.
    package private(set) var badFiles: [String] = []
    /// Why the last scan could not read the folder, or set a file aside; nil: it could.
    package private(set) var fault: Errno?

    /// A reader that has not looked yet.
    ///
    /// `folder`: without it, or while it is not there, the pool is read all the same.
    package init(folder: String, memory: JournalMemory) {
        self.folder = folder
        self.memory = memory
    }

    /// All that were found and not retired.
    package var segments: [SegmentReader] {
        (Array(files.values) + Array(pool.values)).sorted { $0.id < $1.id }
    }

    /// Of each writer the first: the others wait until that is retired or set aside.
    package var readable: [SegmentReader] {
        var first: [UInt64: SegmentReader] = [:]
        var unused: [SegmentReader] = []
        for segment in segments {
            guard let order = segment.order else { continue }
            if order == 0 {
                unused.append(segment)
            } else if order < first[segment.writer]?.order ?? .max {
                first[segment.writer] = segment
            }
        }
        return unused + first.values.sorted { $0.id < $1.id }
    }

    /// Says that the reader is about to sleep; it scans and reads once more before it does.
    package func wantBell() { memory.wantBell() }

    /// Looks for segments that are new or have been opened.
    ///
    /// A segment has a turn only when it was seen open *before* a whole look at folder and pool: such a look finds all
    /// that its writer sealed before it opened this one. So where one turns out to be open, there is another look.
    package func scan() {
        discover()
        settle()
    }

    /// Removes a file, or frees a pool segment, that was read to its end and committed.
    ///
    /// - Throws: when the file cannot be removed; it stays known and finished.
    package func retire(_ segment: SegmentReader) throws(Errno) {
        switch segment.carrier {
        case .file(_, let path):
            StopPoint.reach(.removing)
            try FileSystem.delete(path)
            try ifPresent { () throws(Errno) in try FileSystem.synchronizeDirectory(folder) }
            StopPoint.reach(.removed)
        case .pool(let index): memory.retire(index)
        }
        forget(segment)
    }

    /// Keeps a bad segment as `ID.bad`; false if it is in the pool and its writer still uses it: then again later.
    ///
    /// Its writer, if it lives, fills a file that was set aside; what it adds is for a human too.
    @discardableResult
    package func setAside(_ segment: SegmentReader) throws(Errno) -> Bool {
        let bad = "\(folder)/\(segment.id).bad"
        switch segment.carrier {
        case .file(_, let path): try ifPresent { () throws(Errno) in try FileSystem.rename(path, to: bad) }
        case .pool(let index):
            guard segment.hasEnded else { return false }
            try FileSystem.replace(bad, with: segment.bytes, mode: 0o600)
            memory.retire(index)
        }
        badFiles.append("\(segment.id).bad")
        forget(segment)
        return true
    }

    private func forget(_ segment: SegmentReader) {
        switch segment.carrier {
        case .file(_, let path): files[path] = nil
        case .pool(let index): pool[index] = nil
        }
    }

    /// What somebody else removed meanwhile is no error.
    private func ifPresent(_ call: () throws(Errno) -> Void) throws(Errno) {
        do throws(Errno) { try call() } catch { if !error.isMissing { throw error } }
    }

    // MARK: Looking

    func settle() {
        while segments.count(where: { $0.noteOrder() }) > 0 { discover() }
    }

    func discover() {
        do throws(Errno) {
            fault = nil
            let names = try FileSystem.names(in: folder)
            badFiles = names.filter { $0.hasSuffix(".bad") }.sorted()
            for name in names { discover(name) }
        } catch {
            fault = error
        }
        for index in memory.pool where pool[index] == nil { discover(index) }
    }

    /// One that cannot be opened now is tried again at the next scan, and does not keep the others.
    private func discover(_ name: String) {
        let path = "\(folder)/\(name)"
        guard files[path] == nil else { return }
        do throws(Errno) {
            try ifPresent { () throws(Errno) in
                if name.hasSuffix(".new") { try removeOrphan(path) }
                if name.hasSuffix(".journal") {
                    try open(path, stem: String(name.dropLast(".journal".count)))
                }
            }
        } catch {
            fault = error
        }
    }

    private func removeOrphan(_ path: String) throws(Errno) {
        let file = try FileSystem.openFile(path)
        if try FileLock.isTaken(file.number) == false { try FileSystem.delete(path) }
    }

    private func open(_ path: String, stem: String) throws(Errno) {
        if let id = JournalID(stem), let segment = try SegmentReader(path, id: id) {
            files[path] = segment
        } else {
            try FileSystem.rename(path, to: "\(folder)/\(stem).bad")
            badFiles.append("\(stem).bad")
        }
    }

    private func discover(_ index: Int) {
        let segment = memory.segment(at: index)
        switch segment.state.phase {
        case .open, .sealed, .abandoned: pool[index] = SegmentReader(segment, .pool(index))
        case .retiring: memory.retire(index)
        case .free, .claimed, .prepared, nil: break
        }
    }
}
