"""The gateway: sockets on which bots hear what happens."""
