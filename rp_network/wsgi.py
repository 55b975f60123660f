"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rp_network.settings")
application = get_wsgi_application()

import rp_network.celery  # noqa: E402, F401  (so that the web can ring the queue's bell)
