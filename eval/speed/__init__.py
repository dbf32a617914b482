"""What excerpt costs on this machine: ratios of two things timed in turns, so that they hold on a busy machine too."""
