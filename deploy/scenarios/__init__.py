"""Stories that the platform can play: the format, the player, and the stories themselves."""
