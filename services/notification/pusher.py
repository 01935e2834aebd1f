"""Sends the push messages that are due; one that comes twice replaces itself, so an order may be repeated."""

import logging
from collections.abc import Callable
from typing import Final

from services.notification.devices import Devices, NoDevice
from services.notification.ports import Declined, Gone, PushService, Unreachable
from services.notification.rounds import Rounds, all_ended
from services.notification.rules.ladder import STALE
from services.notification.rules.pushing import shown, still
from services.notification.rules.sending import TextMessage, TextState, after_no, next_try
from services.notification.store.notices import Notices
from services.runtime.now import Now

log: Final = logging.getLogger(__name__)

AT_ONCE: Final = 50


class Pusher(Rounds):
    """Looks each second, or when told, which messages are due; `may_send` holds it until all is known."""

    def __init__(
        self,
        notices: Notices,
        devices: Devices,
        service: PushService,
        *,
        now: Now,
        may_send: Callable[[], bool],
    ) -> None:
        super().__init__(may_send, "push messages are not sent")
        self._notices = notices
        self._devices = devices
        self._service = service
        self._now = now

    async def once(self) -> None:
        """Write out what is to be told, send what is due, and forget what is old."""
        self.trouble = ""
        while await self._notices.spread(self._now()):
            pass
        await all_ended(*map(self._send, await self._notices.due_on_devices(self._now(), AT_ONCE)))
        await self._notices.tidy(self._now())

    async def _send(self, push: TextMessage) -> None:
        if not await self._notices.needed(push.id):
            await self._notices.become(push.id, TextState.NOT_NEEDED, "")
        elif self._now() - push.at > STALE or push.tried_enough:
            await self._notices.become(push.id, TextState.UNKNOWN, "no push service took it")
        else:
            await self._try(push)

    async def _try(self, push: TextMessage) -> None:
        """One try, whose receipt is written."""
        try:
            # First the keys: while they cannot be had, nothing is ordered.
            device = await self._devices.of(push)
        except NoDevice:
            await self._notices.become(push.id, TextState.GONE, "this device is not there any more")
            return
        except Unreachable as away:
            await self._notices.postpone(push.id, next_try(1, self._now()), str(away))
            return
        if not await self._notices.claim(push, self._now()):
            return
        now = self._now()
        message = shown(push, device.language)
        try:
            await self._service.push(push.id, device.subscription, message, now, still(push, now))
        except Gone as gone:
            await self._notices.become(push.id, TextState.GONE, str(gone))
            await self._devices.gone(push)
        except Declined as no:
            log.error("push message %s was declined: %s", push.id, no)
            await self._notices.become(push.id, after_no(push), str(no))
        except Unreachable as away:
            log.warning("push message %s was not confirmed: %s", push.id, away)
            await self._notices.become(push.id, TextState.ORDERED, str(away))
        else:
            await self._notices.taken(push.id)
