"""Drills in chat: what can be held, which groups take part, the link test."""
