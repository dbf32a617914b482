"""Published rules of what is kept, and how much, each as a named compressor."""
