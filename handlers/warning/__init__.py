"""Warnings in chat: relaying, answering, the board of who has not."""
