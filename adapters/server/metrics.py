"""What the server counts, for Prometheus: by route and status, never by anything that a client chose."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from excerpt.adapters.conversation import CompressedRequest

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """One server's numbers."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self.requests = Counter(
            "excerpt_requests", "Requests by route and status.", ["route", "status"], registry=registry
        )
        self.seconds = Histogram(
            "excerpt_request_seconds",
            "Until the answer began.",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.running = Gauge(
            "excerpt_requests_running", "Requests in work, open streams included.", registry=registry
        )
        self.tokens = Counter(
            "excerpt_tokens",
            "Tokens of texts that could be shortened, before and after.",
            ["direction"],
            registry=registry,
        )
        self.parts = Counter(
            "excerpt_texts",
            "Texts of conversations by what became of them.",
            ["action", "reason"],
            registry=registry,
        )
        self.skipped = Counter(
            "excerpt_passed_unread",
            "Requests passed to the upstream as they were, by reason.",
            ["reason"],
            registry=registry,
        )
        self.upstream_errors = Counter(
            "excerpt_upstream_errors",
            "The upstream could not be reached or broke off.",
            ["kind"],
            registry=registry,
        )
        self.store_bytes = Gauge("excerpt_store_bytes", "Size of the conversation store.", registry=registry)
        self.store_texts = Gauge("excerpt_store_texts", "Texts in the conversation store.", registry=registry)

    def count(self, result: CompressedRequest) -> None:
        """The texts and tokens of one request."""
        self.tokens.labels("in").inc(result.tokens_in)
        self.tokens.labels("out").inc(result.tokens_out)
        for part in result.parts:
            self.parts.labels(part.action, part.reason).inc()

    def page(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self._registry)
