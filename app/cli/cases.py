"""flask cases …"""

from flask.cli import AppGroup

group = AppGroup("cases", help="(being written)")
