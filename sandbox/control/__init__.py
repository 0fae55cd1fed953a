"""The control API: acting as people from outside, watching, breaking things, and moving the clock."""
