/** What somebody is typing or has sent without an answer, kept in this tab until it is sent, for a day at most: a reload or a lost session takes nothing away. */

const PREFIX = "noaber-draft";
const DAY_MS = 24 * 3_600_000;

/** By form and by person, so that nobody who sits down here next reads what another left. */
export class Kept<T extends object> {
  private readonly name: string;

  constructor(
    form: string,
    person: string,
    private readonly empty: () => T,
  ) {
    this.name = `${PREFIX}/${person}/${form}`;
  }

  read(): T {
    return { ...this.empty(), ...youngAt(this.name) };
  }

  keep(draft: T): void {
    sessionStorage.setItem(this.name, JSON.stringify({ at: Date.now(), draft }));
  }
}

/** Takes away what is older than a day, whoever's it is: a browser brings a tab back after weeks. */
export function sweepDrafts(): void {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX) && !youngAt(name)) sessionStorage.removeItem(name);
}

function youngAt(name: string): object | undefined {
  try {
    const { at, draft } = JSON.parse(sessionStorage.getItem(name) ?? "{}") as { at?: number; draft?: object };
    const age = Date.now() - (at ?? 0);
    return age >= 0 && age < DAY_MS ? draft : undefined;
  } catch {
    return undefined;
  }
}
