/** Where sealed records lie: IndexedDB, or this page's memory where the browser offers no safe place. */

/** A record as it lies on the device. */
export interface Sealed {
  /** When it was kept, in ms of this device's clock; part of what is sealed. */
  at: number;
  iv: Uint8Array<ArrayBuffer>;
  body: ArrayBuffer;
}

/** Where records lie: IndexedDB in a browser. */
export interface Shelf {
  key(): Promise<CryptoKey>;
  get(name: string): Promise<Sealed | undefined>;
  put(name: string, sealed: Sealed): Promise<void>;
  drop(name: string): Promise<void>;
  names(): Promise<string[]>;
}

const DATABASE = "noaber-device";
const KEYS = "keys";
const RECORDS = "records";

/** A key that can be used and never be read, by our own pages neither. */
export async function newKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** Without encryption (a page over plain HTTP on another machine) nothing is written: it ends with the page. */
export function deviceShelf(): Shelf {
  const safe = typeof indexedDB !== "undefined" && globalThis.crypto?.subtle !== undefined;
  return safe ? new DatabaseShelf() : memoryShelf();
}

export function memoryShelf(records = new Map<string, Sealed>()): Shelf {
  let key: Promise<CryptoKey> | null = null;
  return {
    key: () => (key ??= newKey()),
    get: async (name) => records.get(name),
    put: async (name, sealed) => void records.set(name, sealed),
    drop: async (name) => void records.delete(name),
    names: async () => [...records.keys()],
  };
}

class DatabaseShelf implements Shelf {
  private opened: Promise<IDBDatabase> | null = null;
  private known: CryptoKey | null = null;

  /** Made at the first need. Two pages that begin at once end with the same one: the first that was written. */
  async key(): Promise<CryptoKey> {
    if (this.known) return this.known;
    const made = await newKey();
    const store = await this.store(KEYS, "readwrite");
    const kept = await answer<CryptoKey | undefined>(store.get("device"));
    if (!kept) await answer(store.put(made, "device"));
    return (this.known = kept ?? made);
  }

  async get(name: string): Promise<Sealed | undefined> {
    return answer<Sealed | undefined>((await this.store(RECORDS, "readonly")).get(name));
  }

  async put(name: string, sealed: Sealed): Promise<void> {
    await answer((await this.store(RECORDS, "readwrite")).put(sealed, name));
  }

  async drop(name: string): Promise<void> {
    await answer((await this.store(RECORDS, "readwrite")).delete(name));
  }

  async names(): Promise<string[]> {
    return (await answer((await this.store(RECORDS, "readonly")).getAllKeys())).map(String);
  }

  private async store(name: string, mode: IDBTransactionMode): Promise<IDBObjectStore> {
    return (await (this.opened ??= open())).transaction(name, mode).objectStore(name);
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(KEYS);
    request.result.createObjectStore(RECORDS);
  };
  return answer(request);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the device kept nothing"));
  });
}
