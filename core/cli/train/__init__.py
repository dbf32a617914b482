"""``excerpt train``: one module a recipe."""
