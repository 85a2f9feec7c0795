import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Answers with a problem on a connection that has no responder, and ends it.
enum ProblemWriter {
    /// On the channel's loop, while its HTTP/1 encoder is in place.
    static func write(_ problem: Problem, to channel: any Channel) {
        let response = ProblemResponse.make(problem)
        var fields = response.fields
        fields[.connection] = "close"
        let head = HTTPResponseHead(HTTPResponse(status: problem.status, headerFields: fields))
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: response.body))), promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in channel.close(promise: nil) }
    }
}

/// A problem's header fields and body.
enum ProblemResponse {
    static func make(_ problem: Problem) -> (fields: HTTPFields, body: [UInt8]) {
        // Strings and a number: they always encode.
        let body = (try? JSONOutput.encode(problem)) ?? []
        var fields = problem.fields
        fields[.contentType] = "application/problem+json"
        fields[.contentLength] = String(body.count)
        SecurityHeaders.add(to: &fields)
        return (fields, body)
    }
}
