"""A rule says no: the one exception that is an answer and not a failure."""


class Refused(Exception):
    """`code` is stable and names the reason; `facts` are JSON values the answer may show to the asker."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
