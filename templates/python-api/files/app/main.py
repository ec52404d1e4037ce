"""The routes."""

import os

from fastapi import FastAPI, Response

VERSION = os.environ.get("VERSION") or "0.1.0"

app = FastAPI(title="{{name}}", description="{{title}}.", version=VERSION)


@app.get("/healthz")
def healthz(response: Response) -> dict[str, str]:
    response.headers["Cache-Control"] = "no-store"
    return {"status": "ok", "version": VERSION}


@app.get("/")
def root() -> dict[str, str]:
    return {"service": "{{name}}"}
