"""Reporting in chat: whatever a person sends, the one question, the report."""
