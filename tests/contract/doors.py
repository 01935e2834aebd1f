"""What each door of the directory says to an account at a provider, and to a card: by hand."""

OPEN, KEY, SHOWN, OWN = "open", "prove_it", "ceremony_over", "provider_not_enough"
CARD = "card_not_enough"

DOORS: dict[str, tuple[str, str]] = {
    "GET /me": (OPEN, OPEN),
    "GET /colleagues": (OPEN, OPEN),
    "POST /sign-out": (OPEN, OPEN),
    "POST /sessions/{session}/end": (OPEN, OPEN),
    "POST /sessions/end-all": (OPEN, OPEN),
    "GET /sessions": (OPEN, OPEN),
    "POST /invitations": (KEY, CARD),
    "POST /passkeys/add": (SHOWN, SHOWN),
    "GET /passkeys": (OPEN, OPEN),
    "POST /passkeys/{passkey}/remove": (KEY, CARD),
    "POST /cards": (KEY, CARD),
    "POST /cards/{number}/stop": (KEY, CARD),
    "GET /cards/asked": (OPEN, OPEN),
    "POST /cards/approve": (KEY, CARD),
    "GET /organisations/{organisation}/mandates": (OPEN, OPEN),
    "POST /organisations/{organisation}/mandates": (KEY, CARD),
    "GET /organisations/{organisation}/people": (OWN, CARD),
    "POST /organisations/{organisation}/people": (OWN, CARD),
    "POST /organisations/{organisation}/people/check": (OWN, CARD),
    "POST /organisations/{organisation}/people/{person}": (OWN, CARD),
    "POST /organisations/{organisation}/people/{person}/leave": (OWN, CARD),
    "GET /language": (OPEN, OPEN),
    "POST /language": (OPEN, OPEN),
    "GET /push": (OPEN, CARD),
    "POST /push": (KEY, CARD),
    "POST /push/{device}/remove": (OPEN, OPEN),
    "GET /number": (OWN, CARD),
    "POST /organisations/{organisation}/people/{person}/number": (KEY, CARD),
    "POST /organisations/{organisation}/invitations": (KEY, CARD),
    "GET /organisations/{organisation}/systems": (OPEN, OPEN),
    "POST /organisations/{organisation}/systems": (KEY, CARD),
    "POST /organisations/{organisation}/systems/{system}/end": (OPEN, OPEN),
    "GET /export": (OWN, CARD),
    # Their guest would be let in by nobody: `aid` takes a key for that.
    "POST /guests": (OWN, CARD),
    "POST /guests/{person}/end": (OPEN, OPEN),
    "GET /wake-list": (OPEN, OPEN),
    "POST /wake-list": (KEY, CARD),
    # In the night of the cards nobody has anything else to throw it with.
    "POST /organisations/{organisation}/distrust": (KEY, OPEN),
    "POST /organisations/{organisation}/trust": (KEY, CARD),
    "POST /oidc/bind": (SHOWN, SHOWN),
    "GET /oidc/accounts": (OPEN, OPEN),
    "POST /oidc/loosen": (OPEN, OPEN),
}
"""Door -> what it says to an account at a provider, and to a card: `open`, or the code of its refusal."""
