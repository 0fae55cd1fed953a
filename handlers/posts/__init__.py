"""Posts in chat: inviting somebody to one, handing one over, naming a deputy, dated 代管."""
