"""Which version this is: shown by `flask version`, at /healthz and at the foot of staff pages."""

__version__ = "1.0.0"
