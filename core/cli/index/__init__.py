"""``excerpt index``: one module a subcommand."""
