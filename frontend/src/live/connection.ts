/** Keeps the picture current: a snapshot over HTTP, then a websocket from its cursor, again and again. */
import type { Frame, Snapshot } from "../gen/wire";
import { type Picture, EMPTY, apply, fromSnapshot } from "./picture";
import { type Health, SILENCE_MS, backOff } from "./status";

const SIGNED_OUT = 4401;

/** The part of a browser's WebSocket that is used, so that tests can stand in for it. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface World {
  snapshot(): Promise<{ status: number; snapshot: Snapshot | null }>;
  socket(): Socket;
  now(): number;
  random(): number;
  later(run: () => void, ms: number): () => void;
  online(): boolean;
}

export class Connection {
  picture: Picture = EMPTY;
  private socket: Socket | null = null;
  private open = false;
  private heardAt: number | null = null;
  private failures = 0;
  private signedOut = false;
  private stopped = true;
  private fetching = false;
  private needsSnapshot = true;
  private cancelRetry: () => void = () => undefined;
  private cancelWatch: () => void = () => undefined;

  constructor(
    private readonly world: World,
    private readonly changed: () => void,
  ) {}

  get health(): Health {
    const { open, heardAt, failures, signedOut } = this;
    return { open, heardAt, failures, signedOut, online: this.world.online() };
  }

  start(): void {
    this.stopped = false;
    this.signedOut = false;
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.cancelRetry();
    this.drop();
  }

  /** The network is back or somebody looks again: do not sit out the wait. */
  hurry(): void {
    if (this.stopped || this.signedOut || this.socket || this.fetching) return;
    this.cancelRetry();
    void this.connect();
  }

  /** Nothing of this viewer's picture stays. */
  forget(): void {
    this.needsSnapshot = true;
    this.heardAt = null;
    this.replace(EMPTY);
  }

  /** The picture changed by other means (the answer to a command). */
  replace(picture: Picture): void {
    this.picture = picture;
    this.changed();
  }

  private async connect(): Promise<void> {
    if (this.stopped || this.signedOut) return;
    if (this.needsSnapshot && !(await this.fetchSnapshot())) return;
    if (!this.stopped) this.resume();
  }

  private async fetchSnapshot(): Promise<boolean> {
    this.fetching = true;
    try {
      const answer = await this.world.snapshot();
      if (this.stopped) return false;
      if (answer.status === 401) {
        this.signOut();
        return false;
      }
      if (!answer.snapshot) throw new Error(`snapshot answered ${answer.status}`);
      this.picture = fromSnapshot(answer.snapshot);
      this.needsSnapshot = false;
      this.heard();
      return true;
    } catch {
      this.fail();
      return false;
    } finally {
      this.fetching = false;
    }
  }

  private resume(): void {
    const socket = this.world.socket();
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: "resume", cursor: this.picture.cursor }));
    socket.onmessage = (event) => {
      if (this.socket === socket) this.receive(JSON.parse(String(event.data)) as Frame);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.drop();
      if (event.code === SIGNED_OUT) this.signOut();
      else this.fail();
    };
    this.watch();
  }

  private receive(frame: Frame): void {
    if (frame.type === "reset") {
      this.drop();
      // The old picture stays on screen, with its age, until the new one is there.
      this.needsSnapshot = true;
      void this.connect();
      return;
    }
    if (frame.type === "hello") {
      this.open = true;
      this.failures = 0;
    }
    this.picture = apply(this.picture, frame);
    this.heard();
    this.watch();
  }

  /** A network that swallows packets closes nothing: silence counts as closed. */
  private watch(): void {
    this.cancelWatch();
    this.cancelWatch = this.world.later(() => {
      this.drop();
      this.fail();
    }, SILENCE_MS);
  }

  private heard(): void {
    this.heardAt = this.world.now();
    this.changed();
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.open = false;
    this.cancelWatch();
    socket?.close();
  }

  private fail(): void {
    this.failures += 1;
    this.changed();
    this.cancelRetry();
    if (this.stopped) return;
    this.cancelRetry = this.world.later(() => void this.connect(), backOff(this.failures, this.world.random()));
  }

  private signOut(): void {
    this.drop();
    this.cancelRetry();
    this.signedOut = true;
    this.forget();
  }
}
