"""The one way out: the only package that opens sockets or imports the HTTP library (held by linters).

httpx is imported when the first channel opens (`channel._open_client`), not before: it costs a start-up 60-100 ms.
"""
