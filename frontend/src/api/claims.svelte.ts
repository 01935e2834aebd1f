/** "I help", shown at once as being sent. An unanswered claim is repeated with its key; an answered one never. */
import type { Row } from "../gen/wire";
import { live } from "../live/store.svelte";
import { type Changed, type Problem, post } from "./http";
import { uuid7 } from "./ids";

export type Claim =
  | { state: "sending" }
  | { state: "given"; changed: Changed }
  | { state: "refused"; problem: Problem };

/** A claim is worth ten minutes from the tap; after that the server refuses it and we stop asking. */
const VALID_MS = 10 * 60_000;
const PAUSE_MS = 2_000;

/** Given on paper for 5xx, 408 and 429 too: the server said nothing about the claim itself. */
function answered(problem: Problem): boolean {
  return problem.status >= 400 && problem.status < 500 && problem.status !== 408 && problem.status !== 429;
}

/** The commitment in the answer to a claim. */
export function heldBy(changed: Changed): Row | null {
  return [changed.row, ...changed.rows].find((each) => each?.kind === "commitment") ?? null;
}

class Claims {
  /** By approach. */
  byApproach = $state.raw<ReadonlyMap<string, Claim>>(new Map());

  async claim(request: string, approach: string, terms: number): Promise<void> {
    if (this.byApproach.has(approach)) return;
    const until = Date.now() + VALID_MS;
    const body = { approach, terms_version: terms, valid_until: new Date(until).toISOString() };
    const key = uuid7();
    this.set(approach, { state: "sending" });
    for (;;) {
      const answer = await post(`/api/aid/requests/${request}/claim`, body, key);
      if (answer.ok) {
        live.absorb([answer.value.row, ...answer.value.rows]);
        return this.set(approach, { state: "given", changed: answer.value });
      }
      if (answered(answer.problem) || Date.now() > until) {
        return this.set(approach, { state: "refused", problem: answer.problem });
      }
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
  }

  forget(approach: string): void {
    const rest = new Map(this.byApproach);
    rest.delete(approach);
    this.byApproach = rest;
  }

  private set(approach: string, claim: Claim): void {
    this.byApproach = new Map(this.byApproach).set(approach, claim);
  }
}

export const claims = new Claims();
