#!/usr/bin/env python3
"""A client of Calcifer in nothing but Python's standard library.

    python3 client.py [socket]

Without a socket it asks the command line for it, which also starts the daemon.
"""
import json
import socket
import subprocess
import sys
import uuid


class Fault(Exception):
    """An answer that says no: its fault, a sentence, the reasons."""

    def __init__(self, error):
        data = error.get("data") or {}
        super().__init__(data.get("message", error["message"]))
        self.fault = data.get("fault", "internal")
        self.reasons = data.get("reasons", [])


class Calcifer:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.stream = self.socket.makefile("rwb")
        self.last = 0
        self.notifications = []
        # Without "contract" we take our own risk with a daemon of another version.
        self.welcome = self.request("hello", version="1.0.0", client="other")

    def request(self, method, **params):
        self.last += 1
        self._send({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") != self.last:
                self.notifications.append(message)
            elif "error" in message:
                raise Fault(message["error"])
            else:
                return message["result"]

    def act(self, method, **params):
        """With a key, so that a call whose answer was lost can be repeated and is done once."""
        return self.request(method, idempotencyKey=str(uuid.uuid4()), **params)

    def events(self):
        """The events after `event.subscribe`, for ever."""
        while True:
            message = self.notifications.pop(0) if self.notifications else self._receive()
            if message.get("method") == "event":
                yield message["params"]

    def _send(self, message):
        body = json.dumps(message).encode()
        self.stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.stream.flush()

    def _receive(self):
        length = None
        while True:
            line = self.stream.readline()
            if not line:
                raise ConnectionError("the daemon is gone")
            if line == b"\r\n":
                return json.loads(self.stream.read(length))
            name, value = line.split(b":")
            if name.lower() == b"content-length":
                length = int(value)


def find_socket():
    started = subprocess.run(["calcifer", "daemon", "start", "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(started.stdout)["socket"]


if __name__ == "__main__":
    calcifer = Calcifer(sys.argv[1] if len(sys.argv) > 1 else find_socket())
    status = calcifer.request("daemon.status")
    print("the daemon is process", status["pid"], "of version", status["version"])

    copy = calcifer.act("backup.now")
    print("copied the database:", copy["name"])

    calcifer.request("event.subscribe", since=0)
    for event in calcifer.events():
        print("event", event["seq"], event["name"])
        if event["name"] == "backup.made":
            break

    try:
        calcifer.request("work.get", item=1_000_000)
    except Fault as no:
        print(no.fault + ":", no)
