"""Paper: closing reports, call sheets and audit archives, made from rows and sent as files."""
