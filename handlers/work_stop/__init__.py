"""停产撤离 in chat: one word, one card, one button."""
