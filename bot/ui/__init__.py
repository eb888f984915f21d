"""How things look and move in Discord: texts, live messages, cards, buttons."""
