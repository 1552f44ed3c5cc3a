"""The OpenAI chat completions wire format, spoken to any compatible server."""
