"""The door for web servers and for `flask --app wsgi`."""

import os
import sys

from app import create_app
from app.settings import SettingsError

os.umask(0o077)  # the database, its log and the mail files are for this user only

try:
    app = create_app()
except SettingsError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(3) from None  # gunicorn starts such a worker no second time
