#!/bin/sh
# Follows the live socket of Venus with wscat (npm install --global wscat; Debian's node-ws), and prints each message on a line.
#
#   TOKEN=… examples/live.sh [ws://127.0.0.1:2248/api/v1/live] [SERVICE] | jq .data
#
# TOKEN is what signing in answers: see live.py. wscat ends when its input does, which a terminal's does not; elsewhere
# `tail -f /dev/null | examples/live.sh`.
set -eu
: "${TOKEN:?is not set: it is what signing in answers}"
export TOKEN
url=${1:-ws://127.0.0.1:2248/api/v1/live}
filter='"window":"1m"'
if [ $# -gt 1 ]; then filter="$filter,\"service\":\"$2\""; fi

# wscat takes the token as an argument only (--subprotocol bearer.TOKEN, or --header), and those everybody on the machine may
# read. So Node adds it from the environment once the process is there (18.18 or newer).
NODE_OPTIONS="${NODE_OPTIONS:-} --import=data:text/javascript,process.argv.push('--subprotocol','bearer.'+process.env.TOKEN)"
export NODE_OPTIONS
# Debian's wscat needs Debian's modules, which a Node from elsewhere looks for only where it is told to.
NODE_PATH="${NODE_PATH:+$NODE_PATH:}/usr/share/nodejs"
export NODE_PATH
# Without --wait it ends after two seconds. This is 23 days, nearly the longest that Node can wait.
exec wscat --no-color --connect "$url" --subprotocol venus.v1 --wait 2000000 \
    --execute "{\"type\":\"subscribe\",\"topic\":\"kpis\",\"filter\":{$filter}}"
