"""HTML pages: the template engine, and the templates and the style that all pages share."""
