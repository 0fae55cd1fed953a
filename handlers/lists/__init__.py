"""Lists in chat: what is to be done, looking for something, handing the shift over."""
