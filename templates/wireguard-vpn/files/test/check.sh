#!/bin/sh
# Whether the tunnel stands, and knows its devices.
set -u
cd "$(dirname "$0")/.."
wanted=$(echo "{{peers}}" | tr ',' '\n' | grep -c .)
there=$(docker compose exec -T {{name}} wg show wg0 peers | grep -c .)
if [ "$there" -eq "$wanted" ]; then
  echo "ok: the tunnel stands, with $there devices"
else
  echo "not ok: $there devices are known, and $wanted were asked for" >&2
  exit 1
fi
