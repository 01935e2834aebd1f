"""Lets the directory write down at a used card whom the text about it did not reach."""

from typing import Final

import httpx

from services.notification.ports import Unreachable
from services.notification.rules.sending import Lost
from services.notification.store.notices import Notices
from services.runtime.inside import tell

_NO_SUCH_CARD: Final = httpx.codes.NOT_FOUND


class Untold:
    """The directory's door for it; told once, or again where nobody knows whether it was."""

    def __init__(self, notices: Notices, url: str, token: str) -> None:
        self._notices = notices
        self._url = url
        self._token = token

    async def tell(self, lost: Lost) -> None:
        """Raises Unreachable while the directory is away: then it is still to be told."""
        body = {"card": lost.subject, "used_at": lost.at.isoformat(), "person": str(lost.person)}
        try:
            await tell(self._url, self._token, body)
        except httpx.HTTPError as away:
            # After a restore a card may be there no more, and then nobody looks at it.
            if not (isinstance(away, httpx.HTTPStatusError) and away.response.status_code == _NO_SUCH_CARD):
                raise Unreachable(f"the directory did not take it: {type(away).__name__}") from away
        await self._notices.passed_on(lost.text)
