"""``excerpt serve``: compression over HTTP, on this machine by default (docs/guides/server.md)."""
