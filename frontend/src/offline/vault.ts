/** What is kept on this device until it is sent, or to be read without network: encrypted, for a day at most; nobody's name or words stand there to read. */
import { type Sealed, type Shelf, deviceShelf } from "./shelf";

export const DAY_MS = 24 * 3_600_000;
const ALGORITHM = "AES-GCM";

export class Vault {
  // One after the other, so that the last that was typed is the last that is kept.
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly shelf: Shelf,
    private readonly now: () => number = Date.now,
  ) {}

  /** Null where nothing is kept, where it is older than a day, or where it is not what was kept: such a record is dropped. */
  read<T>(name: string): Promise<T | null> {
    return this.next(() => this.open<T>(name));
  }

  keep(name: string, value: object): Promise<void> {
    return this.next(() => this.seal(name, value));
  }

  /** The same of what is being typed: what lies there to the letter stays as old as it is, since to look is not to type. */
  keepTyped(name: string, value: object): Promise<void> {
    return this.next(async () => {
      if (JSON.stringify(await this.open(name)) !== JSON.stringify(value)) await this.seal(name, value);
    });
  }

  drop(name: string): Promise<void> {
    return this.next(() => this.shelf.drop(name));
  }

  /** Everything whose name begins so, oldest name first; what is too old is dropped on the way. */
  all<T>(prefix: string): Promise<T[]> {
    return this.next(async () => {
      const names = (await this.shelf.names()).filter((each) => each.startsWith(prefix)).sort();
      const found: T[] = [];
      for (const name of names) {
        const value = await this.open<T>(name);
        if (value !== null) found.push(value);
      }
      return found;
    });
  }

  /** Of one person, everything: they said that they leave. */
  forget(person: string): Promise<void> {
    return this.dropWhere((name) => name === "who" || name.split("/")[1] === person);
  }

  /** Of one kind (the first word of a name), what is not this person's; all of it where it is nobody's to see. */
  leave(kind: string, person: string | null): Promise<void> {
    return this.dropWhere((name) => name.startsWith(`${kind}/`) && name.split("/")[1] !== person);
  }

  /** Drops what is older than a day, whoever's it is. */
  sweep(): Promise<void> {
    return this.dropWhere(async (name) => {
      const sealed = await this.shelf.get(name);
      return sealed !== undefined && !this.fresh(sealed);
    });
  }

  private dropWhere(goes: (name: string) => boolean | Promise<boolean>): Promise<void> {
    return this.next(async () => {
      for (const name of await this.shelf.names()) if (await goes(name)) await this.shelf.drop(name);
    });
  }

  /** From later: by a clock that was put right since, as soon as there was a network, and what waits is not lost by that. */
  private fresh({ at }: Sealed): boolean {
    return Math.abs(this.now() - at) < DAY_MS;
  }

  private async seal(name: string, value: object): Promise<void> {
    const [at, iv] = [this.now(), crypto.getRandomValues(new Uint8Array(12))];
    const text = new TextEncoder().encode(JSON.stringify(value));
    const body = await crypto.subtle.encrypt(sealing(name, at, iv), await this.shelf.key(), text);
    await this.shelf.put(name, { at, iv, body });
  }

  private async open<T>(name: string): Promise<T | null> {
    const sealed = await this.shelf.get(name);
    if (!sealed) return null;
    if (this.fresh(sealed)) {
      try {
        const text = await crypto.subtle.decrypt(sealing(name, sealed.at, sealed.iv), await this.shelf.key(), sealed.body);
        return JSON.parse(new TextDecoder().decode(text)) as T;
      } catch {
        // Sealed with a key that is gone, or changed by somebody: there is nothing left to read.
      }
    }
    await this.shelf.drop(name);
    return null;
  }

  private next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    // The caller hears of a failure; the next in line goes on all the same.
    this.turn = done.catch(() => undefined);
    return done;
  }
}

/** The name and the moment are sealed along: a record cannot be put in another's place or be made younger. */
function sealing(name: string, at: number, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
  return { name: ALGORITHM, iv, additionalData: new TextEncoder().encode(`${name}@${at}`) };
}

export const vault = new Vault(deviceShelf());
