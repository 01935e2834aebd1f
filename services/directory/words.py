"""What the directory says when a rule says no: one sentence each, in two languages."""

from collections.abc import Mapping
from typing import Final

from services.runtime.problems import Words

WORDS: Final[Mapping[str, Words]] = {
    "not_your_right": Words(
        "Dat mag een beheerder van de organisatie doen. Vraag het die collega.",
        "An administrator of the organisation may do that. Ask that colleague.",
    ),
    "sponsor_needs_mandate": Words(
        "Een gast uitnodigen mag wie voor de organisatie mag bevestigen. Vraag het die collega.",
        "Whoever may confirm for the organisation may invite a guest. Ask that colleague.",
    ),
    "host_distrusted": Words(
        "De IT van de organisatie wordt nu niet vertrouwd. Daarom mogen haar gasten even niet binnen. "
        "Vraag de organisatie wanneer het weer kan.",
        "The organisation's IT is not trusted now, so its guests may not come in for a while. "
        "Ask the organisation when they may again.",
    ),
    "system_refused": Words(
        "Deze koppeling opent niets. Kijk of id en geheim kloppen, of laat een beheerder een nieuwe maken.",
        "This opens nothing. See whether id and secret are right, or have an administrator make another key.",
    ),
    "grant_unsupported": Words(
        "Zo wordt hier geen token gegeven. Vraag het met grant_type=client_credentials.",
        "No token is given this way here. Ask for it with grant_type=client_credentials.",
    ),
    "system_distrusted": Words(
        "De IT van je organisatie wordt nu niet vertrouwd. Maak de koppeling als dat voorbij is.",
        "Your organisation's IT is not trusted now. Make the key once that is over.",
    ),
    "too_many_systems": Words(
        "Er zijn al twintig koppelingen. Beëindig er eerst een.",
        "There are twenty systems already. End one first.",
    ),
    "guest_time": Words(
        "Een gast mag hoogstens zeven dagen blijven. Kies een eerder einde.",
        "A guest may stay for seven days at most. Choose an earlier end.",
    ),
    "not_a_colleague": Words(
        "Op de piketlijst staan alleen collega's van deze organisatie. Haal de ander eraf.",
        "Only colleagues of this organisation stand on its list. Take the other one off.",
    ),
    "wake_list_changed": Words(
        "Iemand anders wijzigde de piketlijst intussen. Bekijk de lijst van nu en wijzig die.",
        "Somebody else changed the wake-up list meanwhile. Look at the list of now and change that.",
    ),
    "twice_on_the_list": Words(
        "Iemand staat twee keer op de piketlijst. Laat diegene op een plek staan.",
        "Somebody is on the list twice. Leave them in one place.",
    ),
    "no_push": Words(
        "Noaber stuurt hier geen meldingen naar toestellen. Bellen en sms'en gaan gewoon door.",
        "Noaber sends no notifications to devices here. Calls and text messages go on as usual.",
    ),
    "push_service_unknown": Words(
        "Noaber kent de berichtendienst van deze browser niet. Gebruik Chrome, Edge, Firefox of Safari.",
        "Noaber does not know this browser's push service. Use Chrome, Edge, Firefox or Safari.",
    ),
    "too_many_devices": Words(
        "Je krijgt al op vijf toestellen meldingen. Zet ze eerst op een ander toestel uit.",
        "You get notifications on five devices already. First switch them off on another one.",
    ),
    "no_number_waits": Words(
        "Dit nummer wacht niet meer op een akkoord. Laad de pagina opnieuw.",
        "This number does not wait for a yes any more. Load the page again.",
    ),
    "needs_second": Words(
        "Je hebt dit nummer zelf gewijzigd. Laat een andere beheerder of je collega zelf akkoord geven.",
        "You changed this number yourself. Let another administrator, or your colleague, say yes.",
    ),
    "too_early": Words(
        "Er is geen andere beheerder die hier al langer binnen kan. Je collega kan nu akkoord geven, en jij "
        "drie dagen na de wijziging.",
        "No other administrator has been able to get in for long. Your colleague can say yes now, and you "
        "from three days after the change.",
    ),
    "too_new": Words(
        "De sleutel van jou, of van wie dit nummer wijzigde, is te nieuw. Laat je collega zelf akkoord "
        "geven. Of zeg nee, en laat een beheerder met een oudere sleutel het nummer opnieuw wijzigen.",
        "Your key, or that of who changed this number, is too new. Let your colleague say yes. Or say no, "
        "and let an administrator with an older key change the number again.",
    ),
    "not_yourself": Words(
        "Je kunt jezelf niet uitnodigen. Voeg een telefoon toe bij Mijn toestellen, of vraag een andere "
        "beheerder.",
        "You cannot invite yourself. Add a phone under My devices, or ask another administrator.",
    ),
    "too_many_passkeys": Words(
        "Er zijn al tien sleutels. Verwijder er eerst een.", "There are ten keys already. Remove one first."
    ),
    "invitation_over": Words(
        "Deze uitnodiging werkt niet meer: gebruikt, verlopen of te vaak een verkeerde code. Vraag je "
        "beheerder een nieuwe.",
        "This invitation does not work any more: used, too old, or a wrong code too often. Ask your "
        "administrator for a new one.",
    ),
    "code_wrong": Words(
        "De code klopt niet. Kijk of vraag hem na en probeer het opnieuw.",
        "The code is not right. Check or ask for it and try again.",
    ),
    "prove_it": Words(
        "Laat met je eigen sleutel zien dat jij het bent.", "Show with your own key that it is you."
    ),
    "card_refused": Words(
        "Deze kaart werkt niet. Kijk het nummer en de zes woorden na. Kloppen ze? Dan is de kaart gebruikt, "
        "verlopen of vervangen: neem een andere kaart, of bel wie erop staat.",
        "This card does not work. Check the number and the six words. Are they right? Then the card was "
        "used, is too old or was replaced: take another card, or call whom it names.",
    ),
    "card_use_over": Words(
        "Dit duurde te lang, of er is al ja of nee gezegd. Begin opnieuw met de kaart.",
        "This took too long, or somebody said yes or no already. Begin again with the card.",
    ),
    "card_code_wrong": Words(
        "De code klopt niet. Laat hem opnieuw voorlezen door wie de kaart heeft.",
        "The code is not right. Have it read out again by who holds the card.",
    ),
    "card_called": Words(
        "Je bent al gebeld. Begin opnieuw met de kaart, of bel een collega.",
        "You were called already. Begin again with the card, or call a colleague.",
    ),
    "card_not_enough": Words(
        "Je bent binnen met een kaart. Dit kan alleen wie met een eigen sleutel is aangemeld.",
        "You came in with a card. Only who signed in with a key of their own can do this.",
    ),
    "second_person": Words(
        "Jezelf binnenlaten kan niet. Vraag een andere collega om ja te zeggen.",
        "You cannot let yourself in. Ask another colleague to say yes.",
    ),
    "ceremony_over": Words(
        "Dit duurde te lang of begon in een ander venster. Probeer het opnieuw.",
        "This took too long or began in another window. Try again.",
    ),
    "passkey_refused": Words(
        "Met deze sleutel kun je hier niet inloggen. Gebruik een andere, of vraag je beheerder een "
        "uitnodiging.",
        "This key does not open the platform. Use another one, or ask your administrator for an invitation.",
    ),
    "texts_away": Words(
        "Namen en nummers kunnen nu niet uit de teksten bij incidenten worden gehaald. Er is nog niemand "
        "vergeten. Probeer het zo nog eens.",
        "Names and numbers cannot be taken out of the texts of incidents now. Nobody is forgotten yet. Try "
        "again in a moment.",
    ),
    "provider_away": Words(
        "De inlogdienst van je organisatie geeft geen antwoord. Log in met je sleutel, of gebruik een kaart "
        "uit de kluis.",
        "Your organisation's sign-in service does not answer. Sign in with your key, or use a card from the "
        "vault.",
    ),
    "provider_refused": Words(
        "De inlogdienst van je organisatie liet je niet door. Probeer het opnieuw, of log in met je sleutel.",
        "Your organisation's sign-in service did not let you through. Try again, or sign in with your key.",
    ),
    "provider_not_believed": Words(
        "Wat de inlogdienst van je organisatie zegt, klopt niet. Je bent niet ingelogd. Log in met je "
        "sleutel en meld het je beheerder.",
        "What your organisation's sign-in service says is not right. You are not signed in. Sign in with "
        "your key and tell your administrator.",
    ),
    "account_unbound": Words(
        "Dit account hoort hier nog bij niemand. Log in met je sleutel en koppel het bij Mijn toestellen. "
        "Geen sleutel? Vraag je beheerder een uitnodiging.",
        "This account is nobody's here yet. Sign in with your key and link it under My devices. No key? Ask "
        "your administrator for an invitation.",
    ),
    "account_taken": Words(
        "Dit account hoort hier al bij iemand anders. Log bij je organisatie uit en koppel je eigen account.",
        "This account is somebody else's here. Sign out at your organisation and link your own account.",
    ),
    "mandates_changed": Words(
        "Iemand anders heeft de lijst intussen gewijzigd. Kijk wat er nu staat en wijzig dan opnieuw.",
        "Somebody else has changed the list meanwhile. See what it says now, then change it again.",
    ),
    "mandate_twice": Words(
        "Een regel staat er twee keer in. Haal er een weg.", "An entry is in it twice. Remove one."
    ),
    "mandate_without_right": Words(
        "Deze collega heeft niet het recht dat bij deze handeling hoort. Kies een andere collega of "
        "handeling.",
        "This colleague does not hold the right that goes with this act. Choose another colleague or act.",
    ),
    "mandate_period": Words(
        "Het einde van een mandaat ligt voor het begin. Kies een later einde.",
        "A mandate ends before it begins. Choose a later end.",
    ),
    "deputy_unknown": Words(
        "Een plaatsvervanger staat onder degene die hij vervangt, en is iemand anders. Zet de regels in die "
        "volgorde.",
        "A deputy stands below the person replaced, and is somebody else. Put the entries in that order.",
    ),
    "deputy_wider": Words(
        "Een plaatsvervanger mag niet meer dan degene die hij vervangt. Verlaag de grens of haal de "
        "handeling weg.",
        "A deputy may not do more than the person replaced. Lower the limit or remove the act.",
    ),
    "not_yours_to_do": Words(
        "Dit mag wie nu een mandaat heeft om te bevestigen, een beheerder, of de IBD. Bel een van hen; de "
        "IBD dag en nacht op 070 204 55 11.",
        "Who holds a mandate to confirm now, an administrator, or the IBD may do this. Call one of them; the "
        "IBD day and night on 070 204 55 11.",
    ),
    "provider_distrusted": Words(
        "Inloggen via deze organisatie kan nu niet: haar systemen zijn niet te vertrouwen. Gebruik je "
        "sleutel, of een kaart uit de kluis.",
        "You cannot sign in through this organisation now: its systems are not to be trusted. Use your key, "
        "or a card from the vault.",
    ),
    "own_rights": Words(
        "Je eigen rechten wijzig je niet zelf. Vraag een andere beheerder.",
        "You do not change your own rights. Ask another administrator.",
    ),
    "last_administrator": Words(
        "Dit is de laatste beheerder die kan inloggen. Maak eerst een collega beheerder en laat die binnen.",
        "This is the last administrator who can sign in. First make a colleague one and let them in.",
    ),
    "persona_stays": Words(
        "Deze persoon hoort bij het verhaal van de demonstratie en blijft.",
        "This person belongs to the story of the demonstration and stays.",
    ),
    "too_many_people": Words(
        "Zo veel mensen passen niet op deze lijst. Haal eerst weg wie er niet meer werkt.",
        "This list does not hold so many people. First take off who does not work there any more.",
    ),
    "exists": Words(
        "Iemand met dit kenmerk is er al, bij een andere organisatie. Voeg diegene opnieuw toe.",
        "Somebody with this id is there already, at another organisation. Add them anew.",
    ),
    "two_persons_alone": Words(
        "Voor deze handeling moeten twee mensen tekenen, maar er staat er maar een op de lijst. Voeg iemand "
        "toe.",
        "This act needs two people, and the list names one. Add somebody.",
    ),
}
