#!/bin/sh
# Writes .env for this place, with a secret of its own. Leaves one that is there alone.
set -eu
cd "$(dirname "$0")/.."
if [ -e .env ]; then
  echo ".env is there already; nothing was changed."
  exit 0
fi
umask 077
cp .env.example .env
key="base64:$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
printf 'APP_KEY=%s\n' "$key" >> .env
echo "Wrote .env, with a new key."
