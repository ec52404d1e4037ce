#!/bin/sh
# Whether the service that runs here answers.
url="http://127.0.0.1:${PORT:-{{port}}}/"
if curl -fsS -o /dev/null --max-time 10 "$url"; then
  echo "ok: $url answers"
else
  echo "not ok: $url does not answer" >&2
  exit 1
fi
