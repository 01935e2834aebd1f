"""What `aid` says when a rule says no: what happened, and what to do now."""

from collections.abc import Mapping
from typing import Final

from services.runtime.problems import Words

WORDS: Final[Mapping[str, Words]] = {
    "already_named": Words(
        "Voor deze plek is al iemand genoemd.", "Somebody is named for this slot already."
    ),
    "already_yours": Words("Deze plek is al van jou.", "This slot is already yours."),
    "at_least_above_number": Words(
        "Het minimum is hoger dan het aantal. Verlaag het minimum.",
        "The minimum is above the number. Lower the minimum.",
    ),
    "below_cover": Words(
        "Je gemeente houdt dan te weinig mensen over (eigen minimum). Overleg met je leidinggevende.",
        "Your municipality would keep too few people at home (own minimum). Ask your manager.",
    ),
    "below_held": Words(
        "Er zijn al meer plekken bezet. Geef eerst iemand vrij.",
        "More slots are held than that. Release somebody first.",
    ),
    "busy": Words(
        "Het is nu erg druk met deze hulpvraag. Probeer het nog eens.",
        "This request is very busy now. Try again.",
    ),
    "caller_missing": Words(
        "Namens wie meld je dit? Vul in wie er belde.", "Who called? Say on whose behalf you report."
    ),
    "circle_empty": Words(
        "Kies ten minste één organisatie die niet zelf getroffen is.",
        "Choose at least one organisation that is not hit itself.",
    ),
    "claim_too_late": Words(
        "Je toezegging kwam te laat binnen. Kijk of er nog plek is en probeer het opnieuw.",
        "Your answer arrived too late. See whether a slot is open and try again.",
    ),
    "no_such_guest": Words(
        "Deze gast staat niet bij dit incident. Nodig de gast opnieuw uit.",
        "This guest does not belong to this incident. Invite the guest again.",
    ),
    "guest_over": Words(
        "Deze uitnodiging is voorbij. Nodig de gast opnieuw uit.",
        "This invitation is over. Invite the guest again.",
    ),
    "too_many_guests": Words(
        "Bij dit incident zijn al vijftig gasten geweest. Deel verder buiten Noaber.",
        "This incident has had fifty guests. Share outside Noaber from here on.",
    ),
    "closed": Words("Dit incident is afgesloten.", "This incident is closed."),
    "elsewhere": Words(
        "Deze persoon is in die periode al ergens anders ingezet.",
        "This person has already promised to be elsewhere in that period.",
    ),
    "ends_before_needed": Words(
        "Het einde ligt voor het begin. Kies een later einde.",
        "The end is before the start. Choose a later end.",
    ),
    "exists": Words("Dit is al verstuurd.", "This was sent before."),
    "expired": Words(
        "De reservering is verlopen; de plek is weer vrij. Kijk of er nog plek is.",
        "The reservation has expired and the slot is free again. See whether one is open.",
    ),
    "label_too_strict": Words(
        "Met dit TLP-label mag niemand deze vraag lezen. Kies eerst TLP:GREEN of TLP:CLEAR.",
        "Nobody may read this request under its TLP label. Choose TLP:GREEN or TLP:CLEAR first.",
    ),
    "lender_affected": Words(
        "Je gemeente is zelf getroffen; daarom vragen wij je nu niet.",
        "Your municipality is hit itself, so you are not asked now.",
    ),
    "mandate_days": Words(
        "Deze vraag duurt langer dan je mandaat toelaat. Kort de periode in, of vraag een collega met een "
        "ruimer mandaat.",
        "This request lasts longer than your mandate allows. Shorten the period, or ask a colleague with a "
        "wider mandate.",
    ),
    "mandate_euros": Words(
        "Dit bedrag is hoger dan je mandaat toelaat. Verlaag het, of vraag een collega met een "
        "ruimer mandaat.",
        "This amount is above what your mandate allows. Lower it, or ask a colleague with a wider mandate.",
    ),
    "mandate_euros_unsaid": Words(
        "Je mandaat kent een grens in euro's. Vul in wat dit ten hoogste mag kosten.",
        "Your mandate has a limit in euros. Say what this may cost at most.",
    ),
    "mandate_missing": Words(
        "Voor deze handeling sta je niet op de mandaatlijst van je organisatie. Vraag een collega die er wel "
        "op staat.",
        "Your organisation's list of mandates does not name you for this act. Ask a colleague who is on it.",
    ),
    "mandate_not_yet": Words(
        "Je mandaat is nog niet ingegaan. Vraag een collega die nu wel mandaat heeft.",
        "Your mandate has not begun yet. Ask a colleague whose mandate is in force.",
    ),
    "mandate_over": Words(
        "Je mandaat is afgelopen. Wat al is toegezegd, blijft staan. Vraag een collega die nu mandaat heeft.",
        "Your mandate has ended. What was promised stands. Ask a colleague whose mandate is in force.",
    ),
    "mandate_people": Words(
        "Dit zijn meer mensen dan je mandaat toelaat. Kies er minder, of vraag een collega met een ruimer "
        "mandaat.",
        "These are more people than your mandate allows. Choose fewer, or ask a colleague with a wider "
        "mandate.",
    ),
    "needed_by_past": Words(
        "Het moment waarop hulp nodig is, ligt in het verleden. Kies een later moment.",
        "The moment at which help is needed has passed. Choose a later one.",
    ),
    "not_affected": Words(
        "Deze organisatie is in dit incident niet getroffen.",
        "This organisation is not hit in this incident.",
    ),
    "not_asked": Words(
        "Je organisatie is hier niet voor gevraagd.", "Your organisation was not asked for this."
    ),
    "not_asked_any_more": Words(
        "Deze vraag aan jou is gesloten. Kijk bij Mijn taken wat er nog open staat.",
        "This question to you is closed. See My tasks for what is open.",
    ),
    "not_waiting": Words("Hier is geen antwoord meer nodig.", "No answer is needed here any more."),
    "not_your_right": Words(
        "Je mag dit niet doen. Vraag iemand die dat wel mag.",
        "You may not do this. Ask somebody who may.",
    ),
    "not_yours_to_name": Words(
        "Deze persoon werkt niet bij jouw organisatie.", "This person does not work for your organisation."
    ),
    "nothing_to_redact": Words(
        "Deze woorden staan in geen enkele tekst bij dit incident. Kijk of ze precies zo geschreven zijn.",
        "These words stand in no text of this incident. See whether they are spelled just so.",
    ),
    "word_too_short": Words(
        "Een woord heeft minder dan drie tekens. Dan verdwijnt er te veel. Vul een langer woord in.",
        "A word has fewer than three characters. Too much would go. Give a longer one.",
    ),
    "nothing_chosen": Words("Kies eerst waar je ja op zegt.", "Choose first what you say yes to."),
    "off_duty": Words(
        "Wie niet beschikbaar is, kan niet helpen. Zet 'Ik ben beschikbaar' aan, of kies een andere collega.",
        "Who is off duty cannot help. Switch 'I am on duty' on, or choose another colleague.",
    ),
    "over": Words("Dit is al voorbij.", "This is over."),
    "said_no": Words(
        "Deze collega zei al nee op deze vraag. Kies iemand anders.",
        "This colleague has said no to this request. Choose somebody else.",
    ),
    "second_person_missing": Words(
        "Jouw akkoord staat er al. Een tweede collega met mandaat moet hetzelfde bevestigen voordat er "
        "iemand wordt gevraagd.",
        "Your yes stands already. A second colleague with a mandate must confirm the same before anybody is "
        "asked.",
    ),
    "service_twice": Words("Een dienst staat er twee keer in.", "A service is named twice."),
    "since_in_future": Words(
        "'Sinds wanneer' ligt in de toekomst. Kies nu of een eerder moment.",
        "'Since when' lies in the future. Choose now or earlier.",
    ),
    "standing_twice": Words("Een vooraf gegeven ja staat er twee keer in.", "A standing yes is in it twice."),
    "taken": Words(
        "Deze plekken zijn al bezet. Hieronder staat wie je voor was en wat er nog meer nodig is.",
        "These slots are taken. Below is who came first, and what else needs doing.",
    ),
    "terms_changed": Words(
        "De vraag is intussen veranderd. Lees hem opnieuw en antwoord dan.",
        "The request has changed. Read it again, then answer.",
    ),
    "two_for_more": Words(
        "Twee mensen bevestigden dit aantal. Vraag extra mensen met een nieuwe hulpvraag; die bevestigen "
        "jullie weer samen.",
        "Two people confirmed this number. Ask for more with a new request, and confirm that one together "
        "again.",
    ),
    "unknown_organisation": Words(
        "Een van deze organisaties kennen wij niet.", "One of these organisations is not known."
    ),
    "until_past": Words(
        "Dat moment is al voorbij. Kies een later moment.", "That moment has passed. Choose a later one."
    ),
    "withdrawn": Words("Deze hulpvraag is ingetrokken.", "This request was withdrawn."),
    "wrong_function": Words(
        "Deze persoon heeft de gevraagde functie niet.", "This person does not have the function asked for."
    ),
}
