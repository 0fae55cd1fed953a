"""The duty desk's own lists in chat: coverage, how the delivery stands, and sending again what did not arrive."""
