"""Neovim: the package in client-neovim/, driven by Lua scripts that lie beside their tests."""
