"""How gunicorn serves the back office; every value can be set on its command line, too."""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
shares_counts = "RATELIMIT_STORAGE_URI" in os.environ or "RATELIMIT_STORAGE_URI_FILE" in os.environ
workers = int(
    os.environ.get("WEB_CONCURRENCY", "2" if shares_counts else "1")
)  # Each counts tries by itself otherwise.
threads = int(os.environ.get("WEB_THREADS", "8"))
preload_app = True  # A wrong setting then ends the start at once, with its one line.
timeout = 60
graceful_timeout = 20
accesslog = None  # The app writes one line a request; the path itself can hold a reset token.
forwarded_allow_ips = "127.0.0.1"
control_socket_disable = True  # Nobody steers a running server through a socket in somebody's home.
forwarder_headers = ""  # No proxy of ours sets SCRIPT_NAME or PATH_INFO, and nobody else may.
