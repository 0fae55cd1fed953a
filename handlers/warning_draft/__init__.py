"""The district's own warnings in chat: drafting on a card, signing, adjusting."""
