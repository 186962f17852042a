"""What the interface answers when it does not do what was asked."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import JSONResponse


class ApiError(Exception):
    """An answer with this HTTP status: a code for programs and a sentence for people."""

    def __init__(self, status: int, code: str, message: str, retry_after_s: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s


def answer(_: Request, error: Exception) -> JSONResponse:
    """Return the error as JSON: `{code, message}`."""
    assert isinstance(error, ApiError)
    headers = {"Cache-Control": "no-store"}
    if error.retry_after_s:
        headers["Retry-After"] = str(error.retry_after_s)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = {"code": error.code, "message": error.message}
    return JSONResponse(body, error.status, headers=headers)
