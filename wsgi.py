"""The door for web servers and for `flask --app wsgi`."""

import os

from app import create_app

os.umask(0o077)  # the database, its log and the mail files are for this user only

app = create_app()
