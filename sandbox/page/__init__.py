"""The web page of the local Discord: static files, served as they are. `main.js` says how they fit together."""
