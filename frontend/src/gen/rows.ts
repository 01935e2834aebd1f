// Written by `python -m schemas.export`; change the models in schemas/, not this file.

/** One organisation that is hit, with its own services. */
export interface Affected {
  organisation: string;
  services: ServiceStatus[];
}

/** Open; answered (claimed, declined, given back); full while no slot is free; withdrawn or lapsed. */
export type ApproachState = "open" | "claimed" | "declined" | "given_back" | "full" | "withdrawn" | "lapsed";

/** What is asked of who is called: to help another organisation, or to confirm their own one's request. */
export type Asks = "help" | "confirm";

/** One person, called once for this. `id` is the provider's reference too.
 *
 * `offer`: what a yes by keypad confirms, as the call said it; None where it confirms nothing by itself.
 * `became`, `refused`: what came of that yes. `called_with`: the attempt in whose call this was told too,
 * where the person was called for several things at once. */
export interface Attempt {
  id: string;
  person: string;
  state: AttemptState;
  at: string;
  answered_at: string | null;
  offer: Offer | null;
  became: Became | null;
  refused: string;
  called_with: string | null;
}

/** Being called; said yes or no by keypad; gave no answer; or could not be called. */
export type AttemptState = "calling" | "yes" | "no" | "unanswered" | "failed";

/** What came of a yes by telephone: it opened the request; it is the first of two; or a rule said no. */
export type Became = "confirmed" | "agreed" | "refused";

/** The number to call about this incident, as the reporter gave it. */
export interface CallBack {
  phone: string;
  name: string;
}

/** What became of a card; one whose time is over stays `ready` and opens nothing. */
export type CardState = "ready" | "used" | "replaced" | "stopped";

/** Reserved while a yes is missing, final when all three are there; the others are over. */
export type CommitmentState = "reserved" | "final" | "refused" | "given_back" | "lapsed" | "released";

/** Who said, under which organisation's mandate, that help may be asked.
 *
 * `mandate` None: the organisation kept no list, and the right decided. `euros`: the most it may cost.
 * `first_by`, `first_mandate`: who said it before, where the organisation wants two. `by_telephone`: with
 * a key in a call, and not in the app. */
export interface Confirmation {
  by: string;
  organisation: string;
  at: string;
  mandate: UsedMandate | null;
  euros: number | null;
  first_by: string | null;
  first_mandate: UsedMandate | null;
  by_telephone: boolean;
}

/** How many could be asked if the request went out now. */
export interface CouldAsk {
  people: number;
  organisations: number;
}

/** id = uuid5(commitment, name, arming version): a fire counts only while that id is pending. */
export interface Deadline {
  id: string;
  name: DeadlineName;
  due: string;
}

/** What happens when nobody acts: the reservation lapses, or the unnamed slot frees. */
export type DeadlineName = "expiry" | "names_due";

/** Waits for the morning; somebody is called; somebody said yes; nobody is left; or no longer needed. */
export type DeliveryState = "waiting" | "calling" | "answered" | "nobody" | "over";

/** What kind of line it is; screens phrase it from `about` in the viewer's language. */
export type Entry = "reported" | "service_changed" | "incident_changed" | "help_asked" | "help_agreed" | "help_confirmed" | "help_changed" | "help_withdrawn" | "approached" | "reserved" | "committed" | "declined" | "given_back" | "lapsed" | "released" | "named" | "coordinator_named" | "note" | "redacted";

/** The first of two yeses while it waits, for exactly this circle; the second opens the request.
 *
 * `wake` None: nothing was said about calling, so it stays as the request has it. */
export interface FirstYes {
  confirmation: Confirmation;
  circle: string[];
  choose_self: boolean;
  wake: Wake | null;
}

/** The functions that people in a Dutch municipality really have. */
export type Function = "civil_affairs" | "benefits" | "customer_contact" | "spokesperson" | "application_management" | "system_administration" | "network" | "backup_recovery" | "ciso" | "privacy" | "crisis_coordination" | "project_management" | "finance" | "records" | "executive_advice";

/** The mandate under which a standing yes was given. */
export interface GivenUnder {
  standing: string;
  mandate: UsedMandate;
}

/** Somebody from outside who reads this incident and nothing else; their name is sealed, in `contacts`.
 *
 * Over from `until` on, though nobody ended it; `ended_at`: when somebody did, or when the incident closed. */
export interface Guest {
  person: string;
  firm: string;
  organisation: string;
  sponsor: string;
  until: string;
  ended_at: string | null;
}

/** What somebody from outside was let in for: one incident, by whom, from which firm, until when.
 *
 * `firm_is`: the organisations that take part and are called what the firm is called. */
export interface Guesthood {
  incident: string;
  organisation: string;
  sponsor: string;
  firm: string;
  firm_is: string[];
  until: string;
}

/** Four lanes of work: the IBD's three fields and the continuity of service. */
export type Lane = "technology" | "communication" | "administration" | "service_continuity";

/** How much of a row a viewer sees; each level includes the ones before it. */
export type Level = "public" | "asked" | "partner" | "coordinator" | "own";

/** For whom the person works, and what they may do there. */
export interface Membership {
  organisation: string;
  rights: Right[];
  checked_on: string | null;
}

/** What a yes without a choice says yes to: so many, so long, this circle, at most so much.
 *
 * `asked_by`: who asks. A yes to an offer counts only while the request still offers exactly that. */
export interface Offer {
  asked_by: string;
  number: number;
  days: number;
  circle: string[];
  choose_self: boolean;
  euros: number | null;
}

/** An IBD duty officer entered this for a caller (namens); `caller` is empty where the name is sealed. */
export interface OnBehalfOf {
  entered_by: string;
  caller: string;
}

/** Whose yes it is. */
export type Party = "person" | "lender" | "borrower";

/** Somebody who was left alone, and why. */
export interface Passed {
  person: string;
  why: PassedOver;
}

/** Why somebody on the list is not called. */
export type PassedOver = "off_duty" | "other_hours" | "not_enrolled";

/** What kind of incident it is, as far as anybody knows. */
export type Pattern = "ransomware" | "supplier_outage" | "data_leak" | "ddos" | "unknown";

/** Acute days, recovery weeks, aftermath months. */
export type Phase = "acute" | "recovery" | "aftermath";

/** One cost term: `minutes` is what it adds (negative: in favour), `value` what it is about.
 *
 * For distance the value is whole kilometres, rounded so that it does not give an address away. */
export interface Reason {
  code: ReasonCode;
  minutes: number;
  value: string;
}

/** The named cost terms of a match; also the words of 'why you'. */
export type ReasonCode = "distance" | "function" | "language" | "same_system" | "load" | "urgency";

/** Provisional until a mandated person confirms; then open until withdrawn or closed. */
export type RequestState = "provisional" | "open" | "withdrawn";

/** What residents, colleagues and streets depend on. */
export type ResidentService = "passports" | "deaths" | "births" | "moves" | "benefits" | "wmo_youth" | "restraining_orders" | "reception" | "elections" | "payments" | "phone" | "mail" | "website" | "pumps_bridges";

/** What a person may do for an organisation (domain: rights per organisation). */
export type Right = "report" | "mandate" | "lend" | "ibd" | "administer";

/** What only the data key of this person opens, in base64: destroyed with them, in every copy. */
export interface Sealed {
  person: string;
  sealed: string;
}

/** Whether residents are served: as usual, by an emergency route (noodroute), or not. */
export type ServiceState = "works" | "emergency_route" | "down";

/** One resident service of one organisation; `hurts_on` is the first date at which it hurts. */
export interface ServiceStatus {
  service: ResidentService;
  state: ServiceState;
  since: string;
  hurts_on: string | null;
  note: string;
}

/** Impact in four levels, after the NIS2 large-scale taxonomy's colours. */
export type Severity = "limited" | "incident" | "calamity" | "crisis" | "unknown";

/** One reason and the number of people it rules out; a person counts under the first that applies. */
export interface Shortfall {
  reason: ShortfallReason;
  people: number;
}

/** Why nobody can be suggested for a slot. */
export type ShortfallReason = "nobody_has_the_function" | "outside_circle" | "off_duty" | "already_held" | "below_cover" | "lender_affected" | "said_no";

/** One of the wanted number; `commitment` is who holds it. */
export interface Slot {
  state: SlotState;
  commitment: string | null;
}

/** Empty, held until the missing yes comes, or final. */
export type SlotState = "open" | "reserved" | "final";

/** A yes by telephone that was looked at. `attempt`: the call; `refused`: the code of the rule's no. */
export interface Spoken {
  attempt: string;
  became: Became;
  refused: string;
}

/** A lender's yes given beforehand: for which help, how many at once, how long, to whom.
 *
 * An empty tuple means any; `at_most` is the most commitments it may hold at the same time. */
export interface StandingYes {
  id: string;
  functions: Function[];
  where: Where[];
  circle: string[];
  at_most: number;
  max_days: number;
}

/** Traffic Light Protocol 2.0 (FIRST). */
export type Tlp = "TLP:RED" | "TLP:AMBER+STRICT" | "TLP:AMBER" | "TLP:GREEN" | "TLP:CLEAR";

/** One place on the list: from this hour until before that one, Dutch time; equal means always.
 *
 * `exercises`: enrolled for exercise calls; nobody else hears of an exercise. */
export interface Turn {
  person: string;
  from_hour: number;
  to_hour: number;
  exercises: boolean;
}

/** When it is the next one's turn. A bell counts only while this id is the one that is pending.
 *
 * `next`: who that would be as things stood when this turn began; None: nobody is left then. */
export interface TurnEnds {
  id: string;
  due: string;
  next: string | null;
}

/** Under which entry of the list somebody acted: its id, whose it is, and whom that person replaced. */
export interface UsedMandate {
  id: string;
  person: string;
  deputy_for: string | null;
}

/** Call those who are asked now, whatever the hour; call from seven in the morning; or do not call. */
export type Wake = "now" | "morning" | "not";

/** Whether help is wanted on the spot or from a distance. */
export type Where = "on_site" | "remote";

/** One of the three yeses; `standing` names the standing yes it was given by beforehand.
 *
 * `mandate`: under which it was given, now or beforehand; None for a person's own and where no list is kept. */
export interface Yes {
  party: Party;
  at: string;
  by: string | null;
  standing: string | null;
  mandate: UsedMandate | null;
}

/** Name and number, where the viewer may see them. */
export interface Contact {
  name: string;
  phone: string;
}

/** An incident as it is now.
 *
 * `source` is where the cause sits (a partnership, or the victim itself); `affected` are the victims.
 * `coordinators` are keys (`person:...` or `org:...`) of whom the affected organisation gave that role.
 * `audience_version` is the version at which readers or label last changed: rows that hang on the
 * incident are shown anew from then on.
 * `reach` and `caller` are the call-back and the caller's name, sealed under the key of who gave them, and
 * `live` opens them into `call_back` and `on_behalf_of`; in records of version 1 those stand there as said. */
export interface IncidentData {
  exercise: boolean;
  tlp?: Tlp;  // from asked
  id: string;
  source?: string;  // from partner
  affected?: Affected[];  // from partner
  since?: string;  // from partner
  reported_at?: string;  // from partner
  reported_by?: string;  // from own
  on_behalf_of?: OnBehalfOf | null;  // from coordinator
  call_back?: CallBack | null;  // from coordinator
  description?: string;  // from partner
  phase?: Phase;  // from asked
  pattern?: Pattern;  // from partner
  severity?: Severity;  // from partner
  coordinators?: string[];  // from coordinator
  closed_at?: string | null;  // from partner
  guests?: Guest[];  // from partner
  guest_names?: Record<string, string>;  // joined by live: what each guest is called
}

/** A help request as it is now.
 *
 * `version` (in the envelope) rises with every change; `terms_version` only when function, where, period,
 * circle or exercise change, and a claim names that one. `ends` None means an end that is assumed. */
export interface HelpRequestData {
  exercise: boolean;
  tlp: Tlp;
  id: string;
  incident?: string;  // from partner
  borrower?: string;  // from partner
  region: string | null;
  function: Function;
  where: Where;
  place?: string;  // from partner
  needed_by: string;
  ends: string | null;
  assumed_days: number;
  at_least: number;
  languages: string[];
  systems: string[];
  note?: string;  // from partner
  call_back?: CallBack | null;  // from partner
  wake: Wake;
  state: RequestState;
  asked_at: string;
  asked_by?: string;  // from own
  confirmed?: Confirmation | null;  // from coordinator
  first_yes?: FirstYes | null;  // from coordinator
  choose_self: boolean;
  circle?: string[];  // from coordinator
  proposed?: string[];  // from coordinator
  terms_version: number;
  slots?: Slot[];  // from coordinator
  could_ask?: CouldAsk | null;  // from coordinator
  shortfall?: Shortfall[];  // from coordinator
  lane: Lane;
  counts: Partial<Record<SlotState, number>>;
}

/** An approach as it is now. Its own readers are those who are asked; the borrower sees only whom. */
export interface ApproachData {
  exercise: boolean;
  tlp: Tlp;
  id: string;
  request: string;
  lender: string;
  person?: string | null;  // from own
  function: Function;
  state: ApproachState;
  asked_at: string;
  wake: Wake;
  answered_at: string | null;
  standing_yes?: boolean;  // from own
  reasons?: Reason[];  // from own
}

/** A commitment as it is now. `person` None: the slot is held, names follow. */
export interface CommitmentData {
  exercise: boolean;
  tlp: Tlp;
  id: string;
  request: string;
  incident: string;
  function: Function;
  where: Where;
  lender: string;
  borrower: string;
  person: string | null;
  team_lead: string | null;
  state: CommitmentState;
  waits_for: Party[];
  yeses?: Yes[];  // from coordinator
  starts: string;
  ends: string;
  claimed_at: string;
  deadlines: Deadline[];
  over_at: string | null;
  over_by: Party | null;
  contact?: Contact;  // joined by live
}

/** A line of the log. `about` holds codes and counts, never a person's name.
 *
 * Of version 1 nothing else was said; it knows no line that words were taken out of the story. */
export interface LogEntryData {
  exercise: boolean;
  tlp: Tlp;
  id: string;
  incident?: string;  // from partner
  at: string;
  entry: Entry;
  by_organisation?: string | null;  // from partner
  by_person?: string | null;  // from coordinator
  request?: string | null;  // from partner
  about?: Record<string, string | number>;  // from partner
  mandate?: UsedMandate | null;  // from coordinator
  text?: string;  // from coordinator
}

/** A person's duty; past `until` it is off duty whatever `on` says. */
export interface DutyData {
  exercise: boolean;
  tlp: Tlp;
  id: string;
  on: boolean;
  until: string | null;
  changed_at: string;
}

/** Lending agreements of one organisation: own minimum per function, standing yeses, who is asked.
 *
 * A standing yes that `given_under` does not name was given by right alone. */
export interface LendingData {
  exercise: boolean;
  tlp: Tlp;
  id: string;
  cover: Partial<Record<Function, number>>;
  standing: StandingYes[];
  ask_people: boolean;
  given_under: GivenUnder[];
}

/** A colleague as matching and the own organisation know them.
 *
 * After `forgotten` the lists are empty and nobody's name can be found again. A `guest` works for nobody
 * here: no membership, function or right. `called_in` is what they chose for calls and text messages.
 * `sealing` is the public half of their data key (X25519, base64): with it anybody seals what they told us.
 * `system`: not somebody but a program of that organisation, which reads along; it has no membership either. */
export interface PersonData {
  exercise: boolean;
  tlp: Tlp;
  id: string;
  memberships: Membership[];
  functions: Function[];
  languages: string[];
  called_in: string | null;
  systems: string[];
  fictitious: boolean;
  forgotten: boolean;
  guest: Guesthood | null;
  system: string | null;
  contact?: Contact;  // joined by live
}

/** A card for a role, not for a person; everybody of the organisation sees what becomes of it.
 *
 * `digest` is the hash of number and six words (66 bits), and no viewer is sent it. `asked_at` is when
 * somebody last had the words, whatever came of it; `asked` how often. After a restore `restored_at` says
 * that a card which was used since that backup may be ready again. `untold`: whom the text that it was used
 * did not reach, so that somebody phones them. */
export interface CardData {
  exercise: boolean;
  tlp: Tlp;
  id: string;
  organisation: string;
  role: Function;
  state: CardState;
  printed_at: string;
  printed_by: string | null;
  expires_at: string;
  asked_at: string | null;
  asked: number;
  used_at: string | null;
  used_by: string | null;
  approved_by: string | null;
  untold: string[];
  ended_at: string | null;
  ended_by: string | null;
  restored_at: string | null;
}

/** The list of one organisation; `phone` is whom to phone when nobody on it can be reached. */
export interface WakeListData {
  exercise: boolean;
  tlp: Tlp;
  id: string;
  turns: Turn[];
  minutes: number;
  phone: string;
}

/** The ladder of one organisation for one request; only its own people read who was called.
 *
 * The case reads whom to phone once nobody there took it up; of its own ladder, how that stands.
 *
 * `phone` stands there once nobody is left: whom to phone instead. `untold`: to whom a text that said so did
 * not get through, so that somebody phones them. `late`: it is over since nobody said yes before the moment
 * at which the help was needed; a yes would be refused. */
export interface DeliveryData {
  exercise: boolean;
  tlp: Tlp;
  id: string;
  request: string;
  organisation: string;
  asks: Asks;
  function: Function;
  state: DeliveryState;
  asked_at: string;
  attempts?: Attempt[];  // from own
  passed?: Passed[];  // from own
  turn?: TurnEnds | null;  // from own
  phone: string;
  untold?: string[];  // from own
  late: boolean;
}

/** What was decided last about one organisation, by its own people or by the IBD on their behalf.
 *
 * While it is distrusted everybody who works for an organisation reads so; once it is trusted again only
 * itself and the IBD do. An organisation without this row was never distrusted. `since`: when it became so. */
export interface TrustData {
  exercise: boolean;
  tlp: Tlp;
  id: string;
  distrusted: boolean;
  since: string;
  by_organisation: string;
  by_person?: string;  // from coordinator
  mandate?: UsedMandate | null;  // from coordinator
}

/** The data of each kind of row. */
export interface DataOf {
  incident: IncidentData;
  help_request: HelpRequestData;
  approach: ApproachData;
  commitment: CommitmentData;
  log_entry: LogEntryData;
  duty: DutyData;
  lending: LendingData;
  person: PersonData;
  card: CardData;
  wake_list: WakeListData;
  delivery: DeliveryData;
  trust: TrustData;
}
