"""What the bot keeps: one SQLite file behind SQLAlchemy Core. Nothing outside this package writes or reads SQL."""
