"""The programs that are not Python packages: where each comes from and how it is checked."""
