"""Forms of text that are no prose: each module finds its form among the lines and cuts it into pieces."""
