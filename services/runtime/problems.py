"""Problem documents (RFC 9457): every error says in Dutch and English what to do, nothing of the inside."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


class Problem(Exception):
    """An answer that is not a success: `code` is stable, the text stands in WORDS of the service."""

    def __init__(self, status: int, code: str, **facts: object) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Words:
    """What a problem is, and what to do: one sentence each, in two languages."""

    nl: str
    en: str


MEDIA_TYPE: Final = "application/problem+json"

COMMON: Final[Mapping[str, Words]] = {
    "not_signed_in": Words(
        "Je bent niet aangemeld. Meld je aan en probeer het opnieuw; wat je invulde, blijft staan.",
        "You are not signed in. Sign in and try again; what you typed is kept.",
    ),
    "guests_only_read": Words(
        "Als gast kun je alleen meelezen. Vraag wie je uitnodigde om dit te doen.",
        "As a guest you can only read. Ask whoever invited you to do this.",
    ),
    "systems_only_read": Words(
        "Een koppeling leest alleen mee. Laat een collega dit doen, die zelf is aangemeld.",
        "A system only reads along. Have a colleague do this, who is signed in.",
    ),
    "provider_not_enough": Words(
        "Je bent binnen via de inlogdienst van je organisatie. Dit kan alleen wie met een eigen sleutel is "
        "ingelogd. Log in met je sleutel, en doe het dan opnieuw.",
        "You came in through your organisation's sign-in service. This takes a key of your own. Sign in with "
        "your key, then do it again.",
    ),
    "key_missing": Words(
        "De opdracht heeft geen geldige Idempotency-Key. Laad de pagina opnieuw.",
        "The command carries no valid Idempotency-Key. Reload the page.",
    ),
    "key_reused": Words(
        "Deze opdracht is al verstuurd met een andere inhoud. Laad de pagina opnieuw.",
        "This key was used with another body. Reload the page.",
    ),
    "said_once": Words(
        "Dit is al gedaan. Wat geheim is, zegt Noaber maar één keer. Kijk hoe het nu is. Heb je het antwoord "
        "niet gezien, doe het dan opnieuw.",
        "This was done already. What is secret, Noaber says only once. Look at how things are now; if you "
        "did not see the answer, do it anew.",
    ),
    "too_large": Words(
        "Dit is te groot: een opdracht mag 64 KiB zijn. Kort de tekst in.",
        "This is too large: a command may be 64 KiB. Shorten the text.",
    ),
    "not_json": Words("Verstuur dit als JSON.", "Send this as application/json."),
    "invalid": Words(
        "Een of meer velden kloppen niet; bij elk veld staat wat er mis is.",
        "One or more fields are wrong; each says what is the matter.",
    ),
    "wrong_origin": Words(
        "Deze opdracht komt van een andere website en is niet uitgevoerd.",
        "This command comes from another website and was not carried out.",
    ),
    "not_found": Words(
        "Dit bestaat niet, of je mag het niet zien.", "This does not exist, or you may not see it."
    ),
    "method_not_allowed": Words("Dat kan hier niet.", "That cannot be done here."),
    "too_slow": Words(
        "De opdracht kwam te langzaam binnen. Wat je invulde, blijft staan; probeer het opnieuw.",
        "The command came in too slowly. What you typed is kept; try again.",
    ),
    "too_many": Words(
        "Er kwamen te veel verzoeken kort na elkaar, van jou of van je organisatie. Wacht even en probeer "
        "het dan opnieuw; wat je invulde, blijft staan.",
        "Too many requests came in a short time, from you or your organisation. Wait a moment, then try "
        "again; what you typed is kept.",
    ),
    "full": Words(
        "Er kijken nu te veel mensen tegelijk. Wat je ziet, wordt niet ververst; de pagina probeert het "
        "opnieuw.",
        "Too many people look at once. What you see is not kept fresh; the page will try again.",
    ),
    "unavailable": Words(
        "Dit werkt nu even niet. Wat je invulde, blijft staan; probeer het over een minuut opnieuw.",
        "This does not work right now. What you typed is kept; try again in a minute.",
    ),
}


@dataclass(frozen=True)
class Document:
    """A problem as it is sent."""

    status: int
    code: str
    words: Words
    facts: Mapping[str, object] = field(default_factory=dict)

    def members(self) -> dict[str, object]:
        """What stands in it; `detail` carries both languages, since the page chooses."""
        return {
            "type": f"urn:noaber:problem:{self.code}",
            "title": self.words.en,
            "status": self.status,
            "code": self.code,
            "detail": {"nl": self.words.nl, "en": self.words.en},
            "facts": dict(self.facts),
        }

    def body(self) -> bytes:
        """JSON of the document."""
        return as_json(self.members())


def as_json(members: Mapping[str, object]) -> bytes:
    """The bytes of an answer with these members; what JSON does not know is told as text."""
    return json.dumps(members, default=str).encode()


def document(problem: Problem, words: Mapping[str, Words]) -> Document:
    """The document of a problem; a code without words is a mistake of ours and says `unavailable`."""
    found = words.get(problem.code) or COMMON.get(problem.code)
    if found is None:
        return Document(503, "unavailable", COMMON["unavailable"])
    return Document(problem.status, problem.code, found, problem.facts)


def retry_after(problem: Problem) -> dict[str, str]:
    """The header that says how many seconds to wait, where a problem says so."""
    return {"Retry-After": str(problem.facts["retry_after"])} if "retry_after" in problem.facts else {}
