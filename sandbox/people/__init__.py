"""What people do and see: the API behind the page, and what it refuses as Discord's own client would."""
