/** "I help", shown at once as being sent. An unanswered claim is repeated with its key, an answered one never. */
import type { Row } from "../gen/wire";
import { live } from "../live/store.svelte";
import { Kept } from "../ui/drafts";
import { type Answer, type Changed, type Problem, post } from "./http";
import { uuid7 } from "./ids";

export type Claim =
  | { state: "sending" }
  | { state: "given"; changed: Changed }
  | { state: "refused"; problem: Problem };

/** A claim is worth ten minutes from the tap; after that the server refuses it and we stop asking. */
const VALID_MS = 10 * 60_000;
const PAUSE_MS = 2_000;

/** The time is over, and nobody knows whether the claim arrived: the list of promises does. */
const UNANSWERED: Problem = { code: "claim_unanswered", status: 0, detail: null, facts: {} };

/** By status: 5xx and these say nothing about the claim itself (signed out, too slow, too much at once). */
const NO_ANSWER: ReadonlySet<number> = new Set([401, 408, 429]);

/** A tap as it was sent the first time, so that it can be sent again to the letter. */
interface Waiting {
  request: string;
  key: string;
  body: { approach: string; terms_version: number; valid_until: string };
}

/** One person at this tab, from signing in until signing out, and what they wait for (by approach). */
interface Sitting {
  person: string;
  kept: Kept<Record<string, Waiting>>;
}

function answered({ status }: Problem): boolean {
  return status >= 400 && status < 500 && !NO_ANSWER.has(status);
}

/** The commitment in the answer to a claim. */
export function heldBy(changed: Changed): Row | null {
  return [changed.row, ...changed.rows].find((each) => each?.kind === "commitment") ?? null;
}

class Claims {
  /** By approach. */
  byApproach = $state.raw<ReadonlyMap<string, Claim>>(new Map());
  private sitting: Sitting | null = null;

  /** Says who sits here. What they tapped in this tab and nobody answered is sent on, after a reload too. */
  attend(person: string | null): void {
    if (person === (this.sitting?.person ?? null)) return;
    this.byApproach = new Map();
    this.sitting = person === null ? null : { person, kept: new Kept("claims", person, () => ({})) };
    if (this.sitting === null) return;
    for (const waiting of Object.values(this.sitting.kept.read())) void this.send(waiting, this.sitting);
  }

  async claim(request: string, approach: string, terms: number): Promise<void> {
    const { sitting } = this;
    if (sitting === null || this.byApproach.has(approach)) return;
    const valid_until = new Date(Date.now() + VALID_MS).toISOString();
    const waiting = { request, key: uuid7(), body: { approach, terms_version: terms, valid_until } };
    sitting.kept.keep({ ...sitting.kept.read(), [approach]: waiting });
    await this.send(waiting, sitting);
  }

  forget(approach: string): void {
    const rest = new Map(this.byApproach);
    rest.delete(approach);
    this.byApproach = rest;
  }

  private async send({ request, key, body }: Waiting, sitting: Sitting): Promise<void> {
    this.set(body.approach, { state: "sending" });
    while (sitting === this.sitting && Date.now() <= Date.parse(body.valid_until)) {
      const answer = await post(`/api/aid/requests/${request}/claim`, body, key);
      if (answer.ok || answered(answer.problem)) return this.settle(body.approach, answer, sitting);
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
    // Whoever went away meanwhile finds it waiting when they are back.
    if (sitting === this.sitting) this.settle(body.approach, { ok: false, problem: UNANSWERED }, sitting);
  }

  private settle(approach: string, answer: Answer<Changed>, sitting: Sitting): void {
    const { [approach]: _, ...rest } = sitting.kept.read();
    sitting.kept.keep(rest);
    if (sitting !== this.sitting) return;
    if (answer.ok) live.absorb([answer.value.row, ...answer.value.rows]);
    this.set(approach, answer.ok ? { state: "given", changed: answer.value } : { state: "refused", problem: answer.problem });
  }

  private set(approach: string, claim: Claim): void {
    this.byApproach = new Map(this.byApproach).set(approach, claim);
  }
}

export const claims = new Claims();
