"""flask staff …"""

from flask.cli import AppGroup

group = AppGroup("staff", help="(being written)")
