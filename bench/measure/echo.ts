// A process that sends back what it is sent, framed the same way: what any answer over this kind of socket costs.
import net from "node:net";
import { Deframer, frame } from "../../protocol/wire.ts";

const [, , path] = process.argv;

const server = net.createServer((socket) => {
  const frames = new Deframer();
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    for (const text of frames.push(chunk)) socket.write(frame(JSON.parse(text)));
  });
});
server.listen(path, () => process.stdout.write("ready\n"));
