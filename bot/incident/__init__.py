"""险情 and 突发事件: what the desk handles, from the first report until it is over."""
