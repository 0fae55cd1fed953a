"""Who is who: people, the posts they hold, chat groups and where they belong, invitations, the roster.

What it does not do: it tells nobody anything (handlers do, from what its use cases return), and it does not know which
post may do what: that is the district pack's.
"""
