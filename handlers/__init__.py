"""Conversations: read the act from the update, call one use case, say what to show. They hold no rule."""
