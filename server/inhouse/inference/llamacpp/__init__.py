"""llama.cpp's own API, as far as it can do what OpenAI's cannot."""
