#!/bin/sh
# Whether the site that runs here answers as it should.
base="${1:-http://127.0.0.1:${PORT:-{{port}}}}"
failed=0
expect() {
  if curl -sS --max-time 10 "$base$1" | grep -q "$2"; then
    echo "ok: $1"
  else
    echo "not ok: $1 does not say $2" >&2
    failed=1
  fi
}
expect / "<h1>{{name}}</h1>"
expect /healthz '"status":"ok"'
expect /nowhere "There is nothing here"
exit $failed
