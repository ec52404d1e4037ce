// A web server that says little, for checks to ask.
import http from "node:http";
import type { AddressInfo } from "node:net";

const server = http.createServer((_, response) => response.end("ok"));
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
