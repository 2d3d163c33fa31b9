"""What every page and answer carries, whoever asks."""
