"""The telephone in chat: what to read out, and what came of the call."""
