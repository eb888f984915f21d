"""Orders as people on Discord see them: from a command to a card, its buttons, and the delivery."""
