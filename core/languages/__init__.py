"""Which language a text is in: by its script, and by the function words of languages that share one."""
