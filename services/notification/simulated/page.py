"""The page on which the simulated telephones ring: one form per key, no script."""

from collections.abc import Iterable
from html import escape

from schemas.night import dutch_time
from services.notification.simulated.exchange import Message, Ringing
from services.notification.simulated.pushes import Pushed

_HEAD = """<!doctype html><html lang="nl"><head><meta charset="utf-8">{refresh}
<meta name="viewport" content="width=device-width"><title>Gesimuleerde telefoons</title><style>
body{{font:1.1rem/1.5 system-ui;margin:1rem auto;max-width:40rem;padding:0 1rem;color:#111;background:#fff}}
li{{border:2px solid #444;border-radius:.5rem;padding:1rem;margin:1rem 0;list-style:none}}
ul{{padding:0}}form{{display:inline}}
button,input{{font:inherit;min-height:44px;min-width:44px;margin:.2rem;padding:0 .8rem}}
</style></head><body><h1>Gesimuleerde telefoons</h1>
<p>Alleen in de demonstratie: hier gaat over wat Noaber belt, en komen zijn sms’en. Niemand krijgt echt
telefoon.</p>
"""


def page(calls: Iterable[Ringing], messages: Iterable[Message], pushed: Iterable[Pushed]) -> str:
    """The whole page, newest first. It renews itself while nobody is keying in a code."""
    newest = list(calls)[::-1]
    busy = any(call.status == "in-progress" for call in newest)
    refresh = "" if busy else '<meta http-equiv="refresh" content="2">'
    ringing = [_ringing(call) for call in newest if not call.over] or ["<li>Er gaat geen telefoon over.</li>"]
    over = [
        f"<li>{escape(call.to)}: {escape(call.status)}. {escape(call.says)}</li>"
        for call in newest
        if call.over
    ]
    parts = _list(ringing) + _texts(list(messages)[::-1]) + _pushes(list(pushed)[::-1])
    parts += "<h2>Voorbij</h2>" + _list(over[:10])
    return _HEAD.format(refresh=refresh) + parts + "</body></html>"


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(items) + "</ul>"


def _texts(messages: Iterable[Message]) -> str:
    """What each number received, with the one that was sent to last on top."""
    received: dict[str, list[Message]] = {}
    for each in messages:
        received.setdefault(each.to, []).append(each)
    if not received:
        return "<h2>Sms</h2><p>Er is geen sms gekomen.</p>"
    return "<h2>Sms</h2>" + "".join(_inbox(number, found) for number, found in received.items())


def _pushes(pushed: list[Pushed]) -> str:
    """What the vendors of browsers learn: to which device something goes, when, and how long it is."""
    lines = [
        f"<li>{dutch_time(each.at):%H:%M} naar {escape(each.endpoint)}"
        f"<p>{len(each.body)} bytes, verzegeld voor dat ene toestel.</p></li>"
        for each in pushed[:10]
    ]
    return "<h2>Pushberichten</h2>" + _list(lines or ["<li>Er is geen pushbericht verstuurd.</li>"])


def _inbox(number: str, messages: Iterable[Message]) -> str:
    lines = (
        f"<li>{dutch_time(each.created):%H:%M} van {escape(each.caller)}<p>{escape(each.body)}</p></li>"
        for each in messages
    )
    return f"<h3>{escape(number)}</h3>{_list(lines)}"


def _ringing(call: Ringing) -> str:
    number = escape(call.to)
    if call.status == "ringing":
        take, refuse = _button(call, "answer", "Opnemen"), _button(call, "hang-up", "Weigeren")
        return f"<li><strong>{number} gaat over</strong><br>{take}{refuse}</li>"
    hang_up = _button(call, "hang-up", "Ophangen")
    return f"<li><strong>{number}</strong><p>{escape(call.says)}</p>{_keys(call)}{hang_up}</li>"


def _keys(call: Ringing) -> str:
    action = f"calls/{call.sid}/keys"
    if call.digits > 1:
        field = '<input name="keys" aria-label="Toetsen" inputmode="numeric" autofocus required>'
        return f'<form method="post" action="{action}">{field}<button>Toets in</button></form>'
    buttons = "".join(f'<button name="keys" value="{key}">{key}</button>' for key in "1234567890")
    return f'<form method="post" action="{action}">{buttons}</form>'


def _button(call: Ringing, verb: str, text: str) -> str:
    return f'<form method="post" action="calls/{call.sid}/{verb}"><button>{text}</button></form>'
