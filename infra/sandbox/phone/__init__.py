"""The phone: what one demonstration person received, on whichever channel, as it comes."""
