"""The control API: what tests and scripts do to the sandbox that Campaign Master's API can't."""
