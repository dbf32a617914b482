"""What is kept whole or dropped whole: numbers, negations, URLs, code, tables."""
