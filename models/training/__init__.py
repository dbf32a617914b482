"""Training of the small models: each module is one `excerpt train` subcommand."""
