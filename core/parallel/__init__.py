"""Cores, threads and forks: what a process may use, shared by everything that runs in it."""
