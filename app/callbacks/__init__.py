"""What the programs of mail and text message providers tell us, over signed requests."""
