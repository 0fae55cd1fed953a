"""渠道: attaching SMS gateways, mailboxes and robots."""
