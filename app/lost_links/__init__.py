"""Send somebody their link again: to the contact that we have on record, and never to another."""
