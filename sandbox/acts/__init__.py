"""What people do from outside, and what the bot hears of it."""
