"""Append-only: who did what to what, when. Sealed into a hash chain by a pass."""
