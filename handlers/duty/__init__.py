"""The duty desk's own lists in chat: coverage by town, and sending again what did not arrive."""
