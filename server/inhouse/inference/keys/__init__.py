"""Where a backend's key comes from: a variable, a command, the keyring, the editor; in this order."""
