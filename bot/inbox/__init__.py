"""Updates as rows: stored before they are confirmed, handled in order per chat, done in their use case's commit."""
