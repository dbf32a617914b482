"""A chain and an amount for the user's own questions: chosen on one part of them, judged on another."""
