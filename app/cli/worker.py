"""flask worker …"""

from flask.cli import AppGroup

group = AppGroup("worker", help="(being written)")
