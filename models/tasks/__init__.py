"""What small models do: encode, classify tokens, read pairs, rank."""
