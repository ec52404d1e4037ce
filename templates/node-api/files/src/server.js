// Listens, and ends when it is told to, once what is under way is answered.
import { createApp } from "./app.js";

const port = Number(process.env.PORT ?? {{port}});
const host = process.env.HOST ?? "127.0.0.1";

const server = createApp().listen(port, host, (error) => {
  if (error) throw error;
  console.log(`{{name}} listens on http://${host}:${server.address().port}`);
});

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    setTimeout(() => process.exit(1), 10_000).unref();
  });
}
