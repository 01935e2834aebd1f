/** What waits to be sent: kept until the server answers, sent once, by the person who wrote it and nobody else. */
import { type Answer, type Changed, type Problem, post as postIt } from "../api/http";
import { type Vault, vault } from "./vault";

/** A command as it was sent the first time, so that it can be sent again to the letter. */
export interface Letter {
  key: string;
  person: string;
  kind: "report" | "request";
  path: string;
  body: { id: string } & Record<string, unknown>;
  /** The form it came from: the name of its draft and what was typed, to give back where it is refused. */
  form: { name: string; typed: object };
}

type Fate = { state: "waiting" } | { state: "sent" } | { state: "refused"; problem: Problem };
export type Item = Letter & Fate;

/** What the outbox asks of the world: who the server says is signed in now (null: nobody, or no answer), and sending. */
export interface Post {
  whoIsIn(): Promise<string | null>;
  send(letter: Letter): Promise<Answer<Changed>>;
}

/** By status: these say nothing about the letter itself (no answer, signed out, too slow, too much at once, broken). */
const NO_ANSWER: ReadonlySet<number> = new Set([0, 401, 408, 425, 429]);

export const sendLetter = ({ path, body, key }: Letter) => postIt(path, body, key);

function shelved(letter: Letter): string {
  return `letter/${letter.person}/${letter.key}`;
}

export class Outbox {
  /** Of the person who sits here, oldest first. */
  items = $state.raw<Item[]>([]);
  private person: string | null = null;
  private busy = false;

  constructor(private readonly kept: Vault) {}

  /** Says who sits here. What is another's is not shown and not sent. */
  async attend(person: string | null): Promise<void> {
    if (person === this.person) return;
    this.person = person;
    this.items = [];
    if (person === null) return;
    const letters = await this.kept.all<Letter>(`letter/${person}/`);
    if (person !== this.person) return;
    const known = new Set(this.items.map((each) => each.key));
    const older = letters.filter((each) => !known.has(each.key)).map((each) => ({ ...each, state: "waiting" as const }));
    this.items = [...older, ...this.items];
  }

  /** Kept first, shown then: what is said to wait does wait. */
  async put(letter: Letter): Promise<void> {
    await this.kept.keep(shelved(letter), letter);
    if (letter.person === this.person) this.items = [...this.items, { ...letter, state: "waiting" }];
  }

  /** Away with it: somebody read what became of it, or does not want it sent any more. */
  async dismiss(item: Item): Promise<void> {
    this.items = this.items.filter((each) => each.key !== item.key);
    await this.kept.drop(shelved(item));
  }

  /** Sends in order what waits; stops where there is no answer. Returns the answers' changes. */
  async flush(post: Post): Promise<Changed[]> {
    const { person } = this;
    if (this.busy || person === null) return [];
    this.busy = true;
    try {
      return await this.sendAll(person, post);
    } finally {
      this.busy = false;
    }
  }

  private async sendAll(person: string, post: Post): Promise<Changed[]> {
    const changes: Changed[] = [];
    for (const { state, ...letter } of this.items) {
      if (state !== "waiting") continue;
      // Another window of this browser may have signed somebody else in: the cookie is theirs then.
      if ((await post.whoIsIn()) !== person || this.person !== person) break;
      // Older than a day, or taken care of in another window: the device has it no more.
      if (!(await this.kept.read(shelved(letter)))) {
        this.items = this.items.filter((each) => each.key !== letter.key);
        continue;
      }
      const answer = await post.send(letter);
      const fate = fateOf(answer);
      if (fate.state === "waiting") break;
      if (fate.state === "refused") await this.giveBack(letter);
      await this.kept.drop(shelved(letter));
      if (this.person === person)
        this.items = this.items.map((each) => (each.key === letter.key ? { ...letter, ...fate } : each));
      if (answer.ok) changes.push(answer.value);
    }
    return changes;
  }

  /** Nobody types it twice; what they began after it stays what it is. */
  private async giveBack({ form: { name, typed } }: Letter): Promise<void> {
    if (!(await this.kept.read(name))) await this.kept.keep(name, typed);
  }
}

/** What an answer means; `exists` says that the first one got lost on its way back. */
export function fateOf(answer: Answer<unknown>): Fate {
  if (answer.ok || answer.problem.code === "exists") return { state: "sent" };
  const { status } = answer.problem;
  return status >= 500 || NO_ANSWER.has(status) ? { state: "waiting" } : { state: "refused", problem: answer.problem };
}

export const outbox = new Outbox(vault);
