#!/bin/sh
# Calls through Venus with curl, the three usual ways.
#
#   venus run --service shell -- sh examples/calls.sh     a proxy for the life of this script
#   sh examples/calls.sh                                  through `venus up`, at its usual address
set -u
url=${1:-http://example.com/}

# 1. Through the variable that nearly every client knows. `venus run` has set it already. curl wants `http_proxy` in lower
#    case for http:// URLs.
export http_proxy="${http_proxy:-http://127.0.0.1:2247}" https_proxy="${https_proxy:-http://127.0.0.1:2247}"
curl --silent --show-error --output /dev/null --write-out "%{http_code} by the variable, %{time_total} s\n" "$url"

# 2. Named on the command line.
curl --silent --show-error --output /dev/null --write-out "%{http_code} by --proxy, %{time_total} s\n" \
    --proxy "$http_proxy" "$url"

# 3. HTTPS: a tunnel. Venus sees that it was established and how much went through it, not what was said in it.
curl --silent --show-error --output /dev/null --write-out "%{http_code} in a tunnel, %{time_total} s\n" \
    "https://${url#*://}"
