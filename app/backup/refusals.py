"""What a backup cannot do, in words for operators."""


class BackupFailed(Exception):
    """The copy or the way back did not work; the text says why and what to do."""
