"""What `aid` does with a command or a hint; which rule answers which stands in `commands.HANDLERS`."""
