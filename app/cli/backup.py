"""flask backup …"""

from flask.cli import AppGroup

group = AppGroup("backup", help="(being written)")
