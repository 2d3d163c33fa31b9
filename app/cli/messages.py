"""flask messages …"""

from flask.cli import AppGroup

group = AppGroup("messages", help="(being written)")
