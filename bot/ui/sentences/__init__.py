"""The sentences of each family; `bot.ui.text` chooses among them. INPUT: by the code of an `InputError`."""
