"""An encoder reads what matches the question first, and stops when the rest can hardly matter."""
