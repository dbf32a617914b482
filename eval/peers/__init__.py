"""Other people's compressors, each in its own process, run as its own users run it."""
