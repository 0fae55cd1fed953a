"""Coverage in chat: by town, who is on duty and whom a message would not reach."""
