/** Questions to the picture, as pure functions: which rows, in what order, and what they add up to. */
import type { Affected, CommitmentData, HelpRequestData, ServiceStatus } from "../gen/rows";
import type { Me } from "../gen/wire";
import type { Picture, Seen } from "./picture";

const HOLDING: ReadonlySet<string> = new Set(["reserved", "final"]);

export function holds(commitment: CommitmentData): boolean {
  return HOLDING.has(commitment.state);
}

/** Organisations for which the viewer has a right. */
export function withRight(me: Me | null, right: string): string[] {
  return me ? Object.keys(me.rights).filter((organisation) => me.rights[organisation]?.includes(right)) : [];
}

export function may(me: Me | null, right: string, organisation: string | undefined): boolean {
  return organisation !== undefined && (me?.rights[organisation]?.includes(right) ?? false);
}

export function isCoordinator(me: Me | null, incident: string): boolean {
  return me?.keys.includes(`incident:${incident}:coordinator`) ?? false;
}

export function openIncidents(picture: Picture): Seen<"incident">[] {
  return [...picture.rows.incident.values()]
    .filter((row) => row.data.affected !== undefined && !row.data.closed_at)
    .sort((a, b) => (a.data.reported_at ?? "").localeCompare(b.data.reported_at ?? ""));
}

/** Requests that still matter, what is needed first on top. */
export function requests(picture: Picture, incident?: string): Seen<"help_request">[] {
  return [...picture.rows.help_request.values()]
    .filter((row) => row.data.state !== "withdrawn" && (incident === undefined || row.data.incident === incident))
    .sort((a, b) => byText(a.data.needed_by, b.data.needed_by) || byText(a.id, b.id));
}

export function commitmentsOf(picture: Picture, match: (data: CommitmentData) => boolean): Seen<"commitment">[] {
  return [...picture.rows.commitment.values()]
    .filter((row) => match(row.data))
    .sort((a, b) => byText(a.data.starts, b.data.starts) || byText(a.id, b.id));
}

/** Approaches to this person, open ones only, what is needed first on top. */
export function askedOf(picture: Picture): Seen<"approach">[] {
  const person = picture.me?.person;
  return openApproaches(picture).filter((row) => person !== undefined && row.data.person === person);
}

/** Approaches to the organisations this person lends for. */
export function askedOfDesk(picture: Picture): Seen<"approach">[] {
  const lenders = new Set(withRight(picture.me, "lend"));
  return openApproaches(picture).filter((row) => lenders.has(row.data.lender) && !row.data.person);
}

function openApproaches(picture: Picture): Seen<"approach">[] {
  const needed = (row: Seen<"approach">) => picture.rows.help_request.get(row.data.request)?.data.needed_by ?? "";
  return [...picture.rows.approach.values()]
    .filter((row) => row.data.state === "open" && picture.rows.help_request.has(row.data.request))
    .sort((a, b) => byText(needed(a), needed(b)) || byText(a.id, b.id));
}

/** The log, newest first. */
export function log(picture: Picture, incident?: string): Seen<"log_entry">[] {
  return [...picture.rows.log_entry.values()]
    .filter((row) => incident === undefined || row.data.incident === incident)
    .sort((a, b) => byText(b.data.at, a.data.at) || byText(b.id, a.id));
}

export interface Slots {
  final: number;
  reserved: number;
  open: number;
  all: number;
}

export function slotsOf(request: HelpRequestData): Slots {
  const { final = 0, reserved = 0, open = 0 } = request.counts;
  return { final, reserved, open, all: final + reserved + open };
}

export interface ServiceLine extends ServiceStatus {
  organisation: string;
}

const ORDER = { down: 0, emergency_route: 1, works: 2 } as const;

/**
 * Services of all victims: what does not work first, then what hurts first. Where two incidents hit the same service of
 * one organisation its residents meet the worse of the two, so that is the one line.
 */
export function servicesOf(affected: readonly Affected[]): ServiceLine[] {
  const lines = affected
    .flatMap((victim) => victim.services.map((each) => ({ ...each, organisation: victim.organisation })))
    .sort(
      (a, b) =>
        ORDER[a.state] - ORDER[b.state] ||
        byText(a.hurts_on ?? "9", b.hurts_on ?? "9") ||
        byText(a.since, b.since) ||
        byText(a.service, b.service),
    );
  const worst = new Map<string, ServiceLine>();
  for (const line of lines) {
    const name = `${line.organisation}/${line.service}`;
    if (!worst.has(name)) worst.set(name, line);
  }
  return [...worst.values()];
}

export interface Figures {
  filled: number;
  wanted: number;
  down: number;
  helpers: number;
  lenders: number;
  /** The first moment at which an open slot hurts. */
  hurts: string | null;
}

export function figures(picture: Picture): Figures {
  const open = requests(picture).filter((row) => row.data.state === "open");
  const slots = open.map((row) => slotsOf(row.data));
  const held = commitmentsOf(picture, holds);
  const services = servicesOf(openIncidents(picture).flatMap((row) => row.data.affected ?? []));
  const first = open.find((row) => slotsOf(row.data).open > 0);
  return {
    filled: sum(slots.map((each) => each.final)),
    wanted: sum(slots.map((each) => each.all)),
    down: services.filter((each) => each.state === "down").length,
    helpers: held.length,
    lenders: new Set(held.map((row) => row.data.lender)).size,
    hurts: first?.data.needed_by ?? null,
  };
}

/** Whether somebody is a guest of one incident: such a person holds their own key and no other. */
export function isGuest(me: Picture["me"]): boolean {
  return me?.keys.length === 1;
}

/** The page that fits what somebody may do: their own incident, their desk, the wall, or their tasks. */
export function homeOf(picture: Picture): string {
  const me = picture.me;
  if (!me) return "/sign-in";
  if (isGuest(me)) return "/incidents";
  const own = openIncidents(picture).filter((row) => row.level === "own");
  const speaksFor = [...withRight(me, "report"), ...withRight(me, "mandate")];
  if (withRight(me, "ibd").length > 0) return "/wall";
  if (me.keys.some((key) => key.endsWith(":coordinator"))) return "/wall";
  if (speaksFor.length > 0 && own.length > 1) return "/incidents";
  if (speaksFor.length > 0 && own[0]) return `/incident/${own[0].id}`;
  if (withRight(me, "lend").length > 0) return "/desk";
  return speaksFor.length > 0 ? "/report" : "/tasks";
}

/** The page after coming in with a sealed card: nobody does that but to get help, whatever else they may do. */
export function afterCard(picture: Picture): string {
  const home = homeOf(picture);
  return withRight(picture.me, "report").length > 0 && (home === "/desk" || home === "/report") ? "/report/help" : home;
}

/** Whether everything the viewer sees is exercise, some of it, or nothing. */
export function exerciseOf(picture: Picture): "all" | "some" | "none" {
  const kinds = [picture.rows.incident, picture.rows.help_request, picture.rows.commitment];
  const marks = kinds.flatMap((rows) => [...rows.values()].map((row) => row.data.exercise));
  if (!marks.includes(true)) return "none";
  return marks.includes(false) ? "some" : "all";
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
