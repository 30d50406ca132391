"""E-mail as administrators and integrators see it: templates, the queue, and who gets none. docs/e-mail.md"""
