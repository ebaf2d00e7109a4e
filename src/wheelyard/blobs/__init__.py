"""Where the bytes are: content-addressed, never changed."""
