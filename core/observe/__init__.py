"""What can be seen from outside: the logger, and spans and metrics of OpenTelemetry. Never a word of a text."""
