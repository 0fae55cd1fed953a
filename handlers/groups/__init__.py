"""Chat groups: asked where they belong, bound by buttons, lost, back, moved."""
