"""What is measured of one result, and intervals over many."""
