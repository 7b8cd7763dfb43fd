"""How gunicorn serves the limit and the peers: as the product's own file does, so that only the apps differ."""

worker_class = "gthread"
preload_app = True
timeout = 300
graceful_timeout = 5
accesslog = None
control_socket_disable = True
