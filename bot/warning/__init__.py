"""Warnings (预警): relayed unchanged or drafted, signed and issued; versioned series, and who has not answered."""
