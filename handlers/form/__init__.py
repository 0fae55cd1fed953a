"""The form: one card on which every field is a button, before filing and after."""
