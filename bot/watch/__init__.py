"""What looks by itself whether everything stands: before each shift, every morning, and whenever something is late.

Above the domains: it asks all of them, and none of them knows it.
"""
