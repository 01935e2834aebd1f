"""The `noaber` command: a file per verb."""
