"""One's own account: signing in, settings, tokens, sessions."""
