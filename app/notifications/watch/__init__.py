"""Who is told when messages do not leave."""
