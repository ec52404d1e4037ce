#!/bin/sh
# A client of Calcifer in a POSIX shell, with socat or nc for the socket:  sh client.sh [socket]
# Without a socket it asks the command line for it, which also starts the daemon.
set -eu

socket=${1:-$(calcifer daemon start --json | sed -n 's/.*"socket": *"\([^"]*\)".*/\1/p')}
pipes=$(mktemp -d)
trap 'rm -rf "$pipes"' EXIT
mkfifo "$pipes/out" "$pipes/in"

if command -v socat >/dev/null; then
  socat - "UNIX-CONNECT:$socket" <"$pipes/out" >"$pipes/in" &
else
  nc -U "$socket" <"$pipes/out" >"$pipes/in" &
fi
exec 3>"$pipes/out" 4<"$pipes/in"

# send <id> <method> <params as JSON>: the length is counted in bytes.
send() {
  body=$(printf '{"jsonrpc":"2.0","id":%s,"method":"%s","params":%s}' "$1" "$2" "$3")
  printf 'Content-Length: %s\r\n\r\n%s' "$(printf %s "$body" | wc -c | tr -d ' ')" "$body" >&3
}

# receive: prints the JSON of the next message.
receive() {
  while IFS= read -r line <&4; do
    line=$(printf %s "$line" | tr -d '\r')
    case $line in
      Content-Length:*) length=${line#Content-Length: } ;;
      '') break ;;
    esac
  done
  # One byte at a time: anything else might read into the next message.
  dd bs=1 count="$length" <&4 2>/dev/null
  echo
}

send 1 hello '{"version":"1.0.0","client":"other"}'
receive
send 2 daemon.status '{}'
receive
send 3 work.get '{"item":1000000}'
receive
exec 3>&- 4<&-
