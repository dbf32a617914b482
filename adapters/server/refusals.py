"""Answers that say no: one form for all, which OpenAI's and Anthropic's clients both read."""

from collections.abc import Mapping

from starlette.responses import JSONResponse

__all__ = ["Refused", "refusal"]

_KINDS = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
}


class Refused(Exception):  # noqa: N818 - reads as what happened
    """A request that is not served.

    Args:
        status: The HTTP status.
        code: A short word for programs.
        message: What was wrong, where, and what to do; nothing of the body is repeated.
        headers: Sent with it.
    """

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})


def refusal(refused: Refused) -> JSONResponse:
    """The answer."""
    kind = _KINDS.get(refused.status, "invalid_request_error" if refused.status < 500 else "api_error")
    error = {"type": kind, "code": refused.code, "message": refused.message}
    return JSONResponse({"type": "error", "error": error}, refused.status, refused.headers)
