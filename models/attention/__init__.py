"""Where a model looks when it reads a question with a context: the features that Sentinel's probe judges."""
