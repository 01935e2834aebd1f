/** What somebody is typing or has sent without an answer, kept in this tab until it is sent, for a day at most: a reload or a lost session takes nothing away. */

export const PREFIX = "noaber-draft";
const DAY_MS = 86_400_000;

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

  /** What lies there to the letter stays as old as it is: to look is not to type. */
  keep(draft: T): void {
    if (JSON.stringify(draft) !== JSON.stringify(youngAt(this.name))) sessionStorage.setItem(this.name, JSON.stringify([Date.now(), draft]));
  }
}

/** The draft of this name, unless there is none that was typed in the last day. */
export function youngAt(name: string): object | undefined {
  try {
    const [at, draft] = JSON.parse(sessionStorage.getItem(name)!) as [number, object];
    if (Math.abs(Date.now() - at) < DAY_MS) return draft;
  } catch {
    // Nothing lies there, or nothing that can be read.
  }
  return undefined;
}
