"""From a question to messages in Discord: the one way an answer is asked for, written and controlled."""
