// HTTPS calls whose status and route Venus sees, with Go's net/http, which takes whom to trust from SSL_CERT_FILE.
// (Go goes around any proxy for localhost and 127.0.0.1.)
//
//	VENUS_INTERCEPTION_HOSTS=example.com venus run --service report -- go run examples/intercepted.go
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

func main() {
	url := "https://example.com/"
	if len(os.Args) > 1 {
		url = os.Args[1]
	}
	for call := 0; call < 3; call++ {
		start := time.Now()
		response, err := http.Get(url)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		fmt.Println(response.StatusCode, url, time.Since(start).Round(100*time.Microsecond))
	}
}
