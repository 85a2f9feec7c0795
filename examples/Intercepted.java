import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/**
 * HTTPS calls whose status and route Venus sees, with Java's own client. Proxy and trust store come from
 * JAVA_TOOL_OPTIONS.
 *
 * <pre>VENUS_INTERCEPTION_HOSTS=example.com venus run --service report -- java examples/Intercepted.java</pre>
 */
class Intercepted {
    public static void main(String[] arguments) throws Exception {
        var url = URI.create(arguments.length > 0 ? arguments[0] : "https://example.com/");
        // The system's properties name the proxy; this client looks at them only when told to.
        var client = HttpClient.newBuilder().proxy(java.net.ProxySelector.getDefault()).build();
        for (int call = 0; call < 3; call++) {
            long start = System.nanoTime();
            var response = client.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.discarding());
            System.out.printf("%d %s %.1f ms%n", response.statusCode(), url, (System.nanoTime() - start) / 1e6);
        }
    }
}
