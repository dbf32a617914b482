"""Training of the small models: each module is one `winnow train` subcommand."""
