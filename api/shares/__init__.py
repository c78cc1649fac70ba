"""Documents that their owner lets others see by a link, without an account."""
