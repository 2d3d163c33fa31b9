"""flask seed …"""

from flask.cli import AppGroup

group = AppGroup("seed", help="(being written)")
