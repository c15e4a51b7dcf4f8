"""Who may ask the page's server for anything: the browser to which the address with the token was given, nobody else.

The server listens on the loopback address alone, but every program and every web page of this machine can reach that.
So each request must carry the token, in a cookie that other sites' requests do not carry; it must name this server as
its host, so that no foreign name that was pointed at the loopback address passes; and what changes something must come
from the page itself.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flask import Flask, Response

LARGEST_REQUEST: Final = 512_000  # bytes
SAFE: Final = ("GET", "HEAD")
PAGES: Final = ("/", "/favicon.ico", "/_favicon.ico")
PLACES: Final = ("/_dash-", "/assets/", "/export/")  # all that the page asks for
ALLOWED: Final = (*SAFE, "POST")


def new_token() -> str:
    """256 bits from the system."""
    return os.urandom(32).hex()


@dataclass(frozen=True)
class Guard:
    """token: of this run. port: on which the server listens."""

    port: int
    token: str = field(default_factory=new_token, repr=False)

    @property
    def cookie(self) -> str:
        """Name of the cookie; cookies of a host are common to its ports, so it names the port."""
        return f"roadfolio_{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """What the browser may call this server."""
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    @property
    def address(self) -> str:
        """What is printed: the page, with the token."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    def is_token(self, given: str | None) -> bool:
        """Whether this is the token, in a time that does not tell how much of it is right."""
        return given is not None and hmac.compare_digest(given.encode(), self.token.encode())

    def refusal(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> str:
        """Why a request is refused, empty where it is not. headers: by name, as the client sent them."""
        if headers.get("Host", "") not in self.hosts:
            return "this server has another name"
        if method not in ALLOWED:
            return "this method is not used here"
        origin, site = headers.get("Origin"), headers.get("Sec-Fetch-Site")
        own = tuple(f"http://{host}" for host in self.hosts)
        if origin is not None and origin not in own:
            return "the request comes from another page"
        if site is not None and site not in ("same-origin", "none"):
            return "the request comes from another site"
        if method not in SAFE and origin is None:
            return "the request does not say which page it comes from"
        if not self.is_token(cookies.get(self.cookie)):
            return "open the address that `roadfolio app` printed"
        return ""


def protect(server: Flask, guard: Guard, scripts: list[str]) -> None:
    """Refuse what the guard refuses, before anything else; put the policy on every answer. scripts: digests of the
    inline scripts of the page, the only ones that may run beside its files."""
    from flask import abort, redirect, request

    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {' '.join(scripts)}",
            "style-src 'self' 'unsafe-inline'",  # the components put styles on their elements
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )

    @server.before_request
    def admit() -> Response | None:
        given = request.args.get("token") if request.path == "/" and request.method == "GET" else None
        cookies = {guard.cookie: given} if given is not None else request.cookies
        why = guard.refusal(request.method, dict(request.headers), cookies)
        if why:
            abort(403, why)
        if request.path not in PAGES and not request.path.startswith(PLACES):
            abort(404, "there is nothing here")
        if given is None:
            return None
        answer: Response = redirect("/", 303)  # type: ignore[assignment]
        answer.set_cookie(guard.cookie, guard.token, httponly=True, samesite="Strict", path="/")
        return answer

    @server.after_request
    def restrict(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = policy
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if request.path == "/" or request.path.startswith(("/_dash-", "/export/")):
            answer.headers["Cache-Control"] = "no-store"
        return answer
