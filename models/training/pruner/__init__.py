"""Training the network that reads question and passage together."""
