"""What the bureaus tell: files and signed requests, read line by line, then taken into the cases."""
