"""The desk in chat: the incident's card and what is tapped on it."""
