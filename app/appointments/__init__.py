"""Who comes when: slots, holds, appointments and what happened to them."""
