/** Sends a form's command: says that it is under way, keeps what went wrong, and shows the answer at once. */
import { type Answer, type Changed, Keys, type Problem, post } from "../api/http";
import { live } from "../live/store.svelte";

export class Sending {
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);
  private readonly keys = new Keys();

  /** The answer, or null where it was refused or never came; what was typed stays with the form. */
  async send(path: string, body: unknown): Promise<Changed | null> {
    if (this.busy) return null;
    this.busy = true;
    this.problem = null;
    const answer = await post(path, body, this.keys.for(path, body));
    this.busy = false;
    return this.take(answer);
  }

  /** The key under which this body was sent and not answered, so that it can be sent on from elsewhere. */
  keyOf(path: string, body: unknown): string {
    return this.keys.for(path, body);
  }

  private take(answer: Answer<Changed>): Changed | null {
    if (!answer.ok) {
      this.problem = answer.problem;
      // After an error of the server nobody knows whether it was carried out: the same words keep their key.
      if (answer.problem.code !== "unreachable" && answer.problem.status < 500) this.keys.answered();
      return null;
    }
    this.keys.answered();
    live.absorb([answer.value.row, ...answer.value.rows]);
    return answer.value;
  }
}
