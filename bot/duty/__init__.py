"""Who is on duty, and which places nobody would answer for: what the next shift finds. Tells nobody."""
