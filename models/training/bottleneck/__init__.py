"""Evidence labels by the information bottleneck: of several candidates the one that tells most and keeps least."""
