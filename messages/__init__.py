"""The words people read: typed payloads, Jinja2 templates and labels per locale. Decides nothing and sends nothing."""
