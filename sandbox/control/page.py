"""Serves the web page, `sandbox/page/`: `/` is its index, `/page/…` its other files. It knows none of their content."""

from http import HTTPStatus
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).resolve().parent.parent / "page"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


def routes() -> list[web.RouteDef]:
    return [web.get("/", _index), web.get("/page/{path:.+}", _file)]


async def _index(request: web.Request) -> web.StreamResponse:
    return _serve("index.html")


async def _file(request: web.Request) -> web.StreamResponse:
    return _serve(request.match_info["path"])


def _serve(name: str) -> web.StreamResponse:
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER) or not path.is_file():
        return web.Response(text="not found", status=HTTPStatus.NOT_FOUND)
    headers = {"Cache-Control": "no-cache"}
    if path.suffix in TYPES:
        headers["Content-Type"] = f"{TYPES[path.suffix]}; charset=utf-8"
    return web.FileResponse(path, headers=headers)
