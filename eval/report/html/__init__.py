"""The report as one HTML page: what it shows is worked out in Python and written by templates."""
