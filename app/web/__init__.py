"""What holds for every answer, whoever asks."""
