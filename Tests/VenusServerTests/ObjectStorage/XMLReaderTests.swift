import TestSupport
import Testing
import VenusServer

@Suite("XML of object stores")
struct XMLReaderTests {
    private func events(_ text: String) throws -> [XMLReader.Event] {
        var reader = XMLReader(Array(text.utf8))
        var events: [XMLReader.Event] = []
        while let event = try reader.next() { events.append(event) }
        return events
    }

    @Test("elements, text, references, attributes, prefixes, and elements that end at once")
    func reading() throws {
        let text = """
            \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
            <s:A xmlns:s="x>y"  q='"'><B>a&lt;&amp;&gt;&quot;&apos;&#233;&#x1F600;b</B ><C/><D x="/"/></s:A>

            """
        #expect(
            try events(text) == [
                .start("A"), .start("B"), .text("a<&>\"'é😀b"), .end("B"), .start("C"), .end("C"), .start("D"),
                .end("D"),
                .end("A"),
            ])
    }

    @Test("what is hostile or no XML is refused")
    func hostile() {
        let deep = (0..<17).map { _ in "<a>" }.joined() + (0..<17).map { _ in "</a>" }.joined()
        for bad in [
            "", "   ", "x", "<", "<a", "<a>", "</a>", "<a></b>", "<a><b></a></b>", "<a></a><b></b>", "<a></a>x",
            "<a>&</a>",
            "<a>&lol;</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#x110000;</a>", "<a>&#99999999999;</a>",
            "<a>&amp</a>",
            "<!DOCTYPE a [<!ENTITY lol \"lol\">]><a>&lol;</a>", "<a><!-- x --></a>", "<a><![CDATA[x]]></a>",
            "<a><?php x ?></a>", "<?xml <a></a>", "<a b=\"<\"></a>", "<a b=\"x></a>", "<a/x>", "<>x</>", "<é></é>",
            "<\(String(repeating: "a", count: 129))/>", deep,
        ] {
            #expect(throws: XMLReader.Fault.self, "\(bad)") { try events(bad) }
        }
        #expect(throws: XMLReader.Fault.self) {
            var reader = XMLReader(Array("<a>".utf8) + [0xFF, 0xFE] + Array("</a>".utf8))
            while try reader.next() != nil {}
        }
    }

    @Test("whatever the bytes are, reading ends, and gives no more than there is")
    func anything() {
        let pieces = ["<", ">", "/", "a", "</a>", "<a>", "&lt;", "&", ";", "\"", "'", "?", "!", " ", "<a/>", "é", "="]
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<5_000 {
            let text = (0..<Int.random(in: 0..<24, using: &generator))
                .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            var reader = XMLReader(Array(text.utf8))
            var count = 0
            var bytes = 0
            while let event = try? reader.next() {
                count += 1
                if case .text(let part) = event { bytes += part.utf8.count }
            }
            #expect(count <= 2 * text.utf8.count && bytes <= text.utf8.count)
        }
    }
}

@Suite("Pages of a bucket's names")
struct S3ListingTests {
    private func listing(_ inner: String) -> S3Listing? {
        S3Listing(
            xml: Array(
                "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(inner)</ListBucketResult>"
                    .utf8))
    }

    @Test("objects and folders, with the next page's token, decoded where they are encoded")
    func page() {
        let page = listing(
            """
            <Name>metrics</Name><Prefix>venus/</Prefix><KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys>
            <IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b==</NextContinuationToken>
            <Contents><Key>venus/a%2Bb+c</Key><LastModified>2026-11-22T07:41:00.000Z</LastModified><ETag>"x"</ETag>
            <Size>12</Size><Owner><ID>o</ID></Owner></Contents><Contents><Key>bad%FF</Key><Size>1</Size></Contents>
            <CommonPrefixes><Prefix>venus/web-1/</Prefix></CommonPrefixes><EncodingType>url</EncodingType>
            """)
        #expect(
            page
                == S3Listing(
                    objects: [S3Listing.Object(key: "venus/a+b c", bytes: 12, modified: 1_795_333_260_000)],
                    folders: ["venus/web-1/"], next: "a&b=="))
        #expect(listing("<Contents><Key>a%2Bb</Key><Size>1</Size></Contents>")?.objects.map(\.key) == ["a%2Bb"])
        #expect(listing("") == S3Listing())
    }

    @Test("what cannot be a page is none")
    func strange() {
        let many = (0...1_000).map { "<Contents><Key>k\($0)</Key></Contents>" }.joined()
        for bad in [
            "<IsTruncated>true</IsTruncated>", "<IsTruncated>true</IsTruncated><NextContinuationToken/>",
            "<Contents><Key>a</Key><Size>-1</Size></Contents>", "<Contents><Key>a</Key><Size>x</Size></Contents>", many,
            "<Contents>", "&x;",
        ] {
            #expect(listing(bad) == nil, "\(bad.prefix(60))")
        }
        #expect(S3Listing(xml: Array("<Error><Code>X</Code></Error>".utf8)) == nil)
        #expect(S3Listing(xml: Array("<html>".utf8)) == nil)
    }
}
