/** What somebody is typing or has sent without an answer, kept in this tab until it is sent: a reload or a lost session takes nothing away. */

const PREFIX = "noaber-draft";

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
    try {
      return { ...this.empty(), ...(JSON.parse(sessionStorage.getItem(this.name) ?? "{}") as Partial<T>) };
    } catch {
      return this.empty();
    }
  }

  keep(draft: T): void {
    sessionStorage.setItem(this.name, JSON.stringify(draft));
  }
}
