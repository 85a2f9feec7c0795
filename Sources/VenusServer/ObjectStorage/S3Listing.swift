/// One page of a bucket's objects, as an object store answers a `ListObjectsV2`. Pure.
package struct S3Listing: Sendable, Equatable {
    package struct Object: Sendable, Equatable {
        package var key: String
        package var bytes: Int64
        /// Milliseconds since the epoch; `nil` where the store does not say.
        package var modified: Int64?

        package init(key: String, bytes: Int64 = 0, modified: Int64? = nil) {
            self.key = key
            self.bytes = bytes
            self.modified = modified
        }
    }

    /// Objects, and folders, of a page at most.
    package static let maximumCount = 1_000
    private static let maximumTokenBytes = 8_192

    package var objects: [Object] = []
    /// What stands for several objects whose names go on alike up to the delimiter.
    package var folders: [String] = []
    /// Asks for the next page; `nil`: this is the last.
    package var next: String?

    package init(objects: [Object] = [], folders: [String] = [], next: String? = nil) {
        self.objects = objects
        self.folders = folders
        self.next = next
    }

    /// `nil` for what is no such page. Names that are no UTF-8 once they are decoded are left out.
    package init?(xml bytes: [UInt8]) {
        var reader = XMLReader(bytes)
        var path: [String] = []
        var text = ""
        var object = Object(key: "")
        var folder = ""
        var isTruncated = false
        var token: String?
        var isEncoded = false
        while true {
            let event: XMLReader.Event?
            do { event = try reader.next() } catch { return nil }
            guard let event else { break }
            switch event {
            case .start(let name):
                path.append(name)
                text = ""
                if path.count == 1, name != "ListBucketResult" { return nil }
                if path.count == 2, name == "Contents" { object = Object(key: "") }
            case .text(let part): text += part
            case .end:
                switch path.dropFirst().joined(separator: "/") {
                case "IsTruncated": isTruncated = text == "true"
                case "NextContinuationToken": token = text
                case "EncodingType": isEncoded = text == "url"
                case "Contents/Key": object.key = text
                case "Contents/Size":
                    guard let bytes = Int64(text), bytes >= 0 else { return nil }
                    object.bytes = bytes
                case "Contents/LastModified": object.modified = Timestamp.milliseconds(text)
                case "CommonPrefixes/Prefix": folder = text
                case "Contents": objects.append(object)
                case "CommonPrefixes": folders.append(folder)
                default: break
                }
                path.removeLast()
                text = ""
                guard objects.count <= Self.maximumCount, folders.count <= Self.maximumCount else { return nil }
            }
        }
        if isTruncated {
            guard let token, (1...Self.maximumTokenBytes).contains(token.utf8.count) else { return nil }
            next = token
        }
        // Said after the names, or before them.
        guard isEncoded else { return }
        objects = objects.compactMap { object in
            guard let key = PercentEncoding.decode(object.key[...], plusIsSpace: true) else { return nil }
            return Object(key: key, bytes: object.bytes, modified: object.modified)
        }
        folders = folders.compactMap { PercentEncoding.decode($0[...], plusIsSpace: true) }
    }
}
