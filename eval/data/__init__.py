"""Question sets: reading, converting, checking."""
