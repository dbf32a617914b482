"""Files in and out: JSON Lines, records, the journal of a run, the batch command's work."""
