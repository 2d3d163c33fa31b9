"""The pages of messages, broadcasts, texts, reminders and replies."""
