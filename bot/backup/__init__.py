"""Backups: taken while the bot runs, checked before they are used, put back without calling out what is over."""
