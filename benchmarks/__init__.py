"""What the documents claim, measured: each benchmark is one command, and every claim a ratio within one run."""
