"""What a text is made of: words, scripts without spaces, normal forms, tokens."""
