"""At the door and about oneself: joining, menu, help, language, leaving, and the people of one's region."""
