"""`gunicorn wsgi:app` reads this file by itself; its settings stand in the package."""

from app.web.serving import *  # noqa: F403 - gunicorn takes the settings as names of this file
