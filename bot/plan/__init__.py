"""The district pack: regions, units, posts, kinds, deadlines and waits of one district, read and checked.

What it does not do: it keeps nothing that changes while the program runs. People, chat groups and who is on duty
are rows of other rooms; a new version of the plan is a new directory.
"""
