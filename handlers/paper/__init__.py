"""Papers in chat: asking for a closing report, a call sheet, an archive."""
