"""flask data …"""

from flask.cli import AppGroup

group = AppGroup("data", help="(being written)")
