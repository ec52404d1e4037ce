// The routes. Knows no port, so that tests can listen where they like.
import { readFileSync } from "node:fs";
import express from "express";

const { version: own } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

export function createApp({ version = process.env.VERSION || own } = {}) {
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json({ limit: "100kb" }));

  app.get("/healthz", (_request, response) => {
    response.set("Cache-Control", "no-store").json({ status: "ok", version });
  });

  app.get("/", (_request, response) => {
    response.json({ service: "{{name}}" });
  });

  app.use((_request, response) => {
    response.status(404).json({ error: "There is nothing here." });
  });

  // Express knows a handler of errors by its four parameters.
  app.use((error, _request, response, _next) => {
    const status = error.status ?? 500;
    if (status >= 500) console.error(error);
    response.status(status).json({ error: status >= 500 ? "Something went wrong." : error.message });
  });

  return app;
}
